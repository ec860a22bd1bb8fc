namespace R2ec.Distributed.Node.Cluster;

/// <summary>What a key of a node's configuration holds.</summary>
internal enum NodeConfigKind
{
    /// <summary>Text.</summary>
    Text = 0,

    /// <summary>Letters, digits and '-'.</summary>
    Name = 1,

    /// <summary>A file or a folder; relative to the folder of the configuration.</summary>
    Path = 2,

    /// <summary>Texts in a row.</summary>
    Texts = 3,

    /// <summary>host:port in a row.</summary>
    Addresses = 4,

    /// <summary>A whole number.</summary>
    Whole = 5,

    /// <summary>A number.</summary>
    Number = 6,

    /// <summary>A section of host, port and public_host.</summary>
    Address = 7,
}
