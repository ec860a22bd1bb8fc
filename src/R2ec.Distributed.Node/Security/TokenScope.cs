namespace R2ec.Distributed.Node.Security;

/// <summary>What a caller of the API may do.</summary>
internal enum TokenScope
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Look.</summary>
    Read = 1,

    /// <summary>Look and change.</summary>
    Write = 2,
}
