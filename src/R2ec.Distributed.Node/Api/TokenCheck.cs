using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Api;

/// <summary>What a caller may do.</summary>
/// <param name="authorization">The value of its Authorization header; null where there is none.</param>
internal delegate TokenScope TokenCheck(string? authorization);
