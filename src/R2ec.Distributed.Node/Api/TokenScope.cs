namespace R2ec.Distributed.Node.Api;

/// <summary>What a bearer token allows.</summary>
internal enum TokenScope
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>To read.</summary>
    Read = 1,

    /// <summary>To read and to order.</summary>
    Write = 2,
}

/// <summary>What a token allows.</summary>
/// <param name="bearer">The token; null where none was sent.</param>
internal delegate TokenScope TokenCheck(string? bearer);
