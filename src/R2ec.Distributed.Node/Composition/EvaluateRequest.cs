namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>evaluate</c> was asked.</summary>
/// <param name="Runs">The folder of runs.</param>
/// <param name="Run">The run.</param>
/// <param name="Step">An RL step, best, or null for the last.</param>
/// <param name="Samples">Samples of each split; 0 takes all.</param>
/// <param name="Json">Whether JSON is printed.</param>
internal sealed record EvaluateRequest(string Runs, string Run, string? Step, int Samples, bool Json);
