using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>A scored group whose payload is durable.</summary>
/// <param name="Group">Which group.</param>
/// <param name="Sample">Whose prompt.</param>
/// <param name="Payload">Where its chains and rewards are kept.</param>
/// <param name="PayloadBytes">Their size, packed.</param>
/// <param name="Policy">The weights that made it, as the worker holds them.</param>
/// <param name="Table">The item table that scored it, as the worker holds it.</param>
/// <param name="Versions">Versions that wrote its tokens, ascending; null where <paramref name="Policy"/> wrote all of them.</param>
public sealed record StoredGroup(
    GroupId Group, SampleId Sample, Digest Payload, long PayloadBytes, Digest Policy, Digest Table, IReadOnlyList<PolicyVersion>? Versions = null);
