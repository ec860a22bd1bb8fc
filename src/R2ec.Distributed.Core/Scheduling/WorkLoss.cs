namespace R2ec.Distributed.Core.Scheduling;

/// <summary>What the loss of workers did to their work.</summary>
/// <param name="Returned">Leases that were taken back.</param>
/// <param name="SetAside">Work under which too many nodes died, with their names; it has ended.</param>
public sealed record WorkLoss<T>(int Returned, IReadOnlyList<(T Work, IReadOnlyList<string> Nodes)> SetAside);
