using System.Collections.Immutable;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>Versions of a run's policy that a worker was told of: which weights they are, and which are later. Immutable.</summary>
/// <param name="Run">The run.</param>
/// <param name="Versions">The newest few, ascending.</param>
internal sealed record ToldVersions(RunId Run, ImmutableArray<PolicyVersion> Versions)
{
    /// <summary>No bound on staleness lets a bundle begin on an earlier one.</summary>
    private const int Most = 20;

    /// <summary>The newest; null where none was told.</summary>
    internal PolicyVersion? Newest => Versions.IsEmpty ? null : Versions[^1];

    /// <summary>The version of weights, the newest where several have the same; null where they were not told.</summary>
    internal PolicyVersion? Of(Digest? policy) => Versions.LastOrDefault(version => version.Policy == policy);

    /// <summary>One more; what was told of another run is forgotten.</summary>
    internal ToldVersions With(RunId run, PolicyVersion version) => run != Run
        ? new ToldVersions(run, [version])
        : this with { Versions = [.. Versions.Where(known => known.Version != version.Version).Append(version).OrderBy(known => known.Version).TakeLast(Most)] };
}
