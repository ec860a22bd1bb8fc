namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>train</c> was asked.</summary>
/// <param name="Spec">The spec's file.</param>
/// <param name="Runs">The folder of runs.</param>
/// <param name="Name">The run's name; null takes the spec's.</param>
/// <param name="Sets">Overrides, KEY=VALUE.</param>
internal sealed record TrainRequest(string Spec, string Runs, string? Name, IReadOnlyList<string> Sets);
