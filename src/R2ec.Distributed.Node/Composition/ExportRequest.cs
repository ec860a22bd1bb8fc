namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>export</c> was asked.</summary>
/// <param name="Runs">The folder of runs.</param>
/// <param name="Run">The run.</param>
/// <param name="Out">The folder to make.</param>
/// <param name="Step">An RL step, best, or null for the last.</param>
/// <param name="Merged">Whether adapters are folded in.</param>
/// <param name="Type">Type of the tensors.</param>
internal sealed record ExportRequest(string Runs, string Run, string Out, string? Step, bool Merged, string Type);
