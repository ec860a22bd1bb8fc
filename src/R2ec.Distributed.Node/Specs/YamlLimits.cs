namespace R2ec.Distributed.Node.Specs;

/// <summary>What a spec may be at most; every limit stands in the message that refuses.</summary>
internal static class YamlLimits
{
    /// <summary>Bytes of a file.</summary>
    public const int Bytes = 1 << 20;

    /// <summary>Sections and lists within each other.</summary>
    public const int Depth = 20;

    /// <summary>Uses of anchors.</summary>
    public const int Aliases = 50;

    /// <summary>Values and sections after aliases are followed.</summary>
    public const int Nodes = 10_000;
}
