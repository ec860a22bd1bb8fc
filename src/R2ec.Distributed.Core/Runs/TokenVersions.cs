using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Core.Runs;

/// <summary>Which versions of the policy wrote the tokens of a group that went over from one to the next.</summary>
public static class TokenVersions
{
    /// <summary>The versions that wrote tokens of a group, ascending; null where that of its plan wrote all of them.</summary>
    /// <exception cref="InvalidDataException">A span names a version that the group does not, or spans do not ascend.</exception>
    public static IReadOnlyList<PolicyVersion>? Written(GroupRollout group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Versions is not { Count: > 0 } versions)
        {
            return group.Completions.Any(chain => chain.Spans is not null) ? throw Broken(group) : null;
        }

        var written = group.Completions.SelectMany(chain => Spans(group, chain)).Select(span => span.Version).ToHashSet();
        var named = versions.Where(version => written.Contains(version.Version)).ToArray();
        return named.Length == written.Count && versions.Zip(versions.Skip(1)).All(pair => pair.First.Version < pair.Second.Version) ? named : throw Broken(group);
    }

    /// <summary>The spans of a chain; one span of the plan's version where it has none of its own.</summary>
    /// <exception cref="InvalidDataException">They do not begin at the first token, or do not ascend.</exception>
    public static IReadOnlyList<VersionSpan> Spans(GroupRollout group, Completion chain)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(chain);
        if (chain.Spans is not { } spans)
        {
            return [new VersionSpan(0, group.Versions?[0].Version ?? 0)];
        }

        var ascend = spans.Zip(spans.Skip(1)).All(pair => pair.First.First < pair.Second.First && pair.First.Version < pair.Second.Version);
        return spans.Count > 0 && spans[0].First == 0 && spans[^1].First < chain.Tokens.Length && ascend ? spans : throw Broken(group);
    }

    /// <summary>A group that a later version began, as one of the plan that it was planned on.</summary>
    /// <param name="group">Its first version is the one that began it.</param>
    /// <param name="begun">That version.</param>
    /// <param name="planned">The version of the plan, not later than it.</param>
    public static GroupRollout PlannedOn(GroupRollout group, PolicyVersion begun, PolicyVersion planned)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(begun);
        ArgumentNullException.ThrowIfNull(planned);
        return begun == planned ? group : group with
        {
            Policy = planned.Policy,
            Versions = [planned, .. group.Versions ?? [begun]],
            Completions = [.. group.Completions.Select(chain => chain with { Spans = chain.Spans ?? [new VersionSpan(0, begun.Version)] })],
        };
    }

    /// <summary>The numbers of a train row on groups that may have gone over, in a fixed order.</summary>
    /// <param name="groups">The step's groups.</param>
    public static IReadOnlyList<Metric> Metrics(IReadOnlyCollection<GroupRollout> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var chains = groups.SelectMany(group => group.Completions.Select(chain => (Group: group, Chain: chain, Spans: Spans(group, chain)))).ToArray();
        var tokens = chains.Sum(chain => (long)chain.Chain.SampledCount);
        var gain = chains.Sum(chain => Gain(chain.Group, chain.Chain, chain.Spans));
        return
        [
            new("rollout/partial_fraction", chains.Length == 0 ? 0 : (double)chains.Count(chain => chain.Spans.Count > 1) / chains.Length),
            new("rollout/versions_max", chains.Select(chain => chain.Spans.Count).DefaultIfEmpty(0).Max()),
            new("rollout/version_gain", tokens == 0 ? 0 : (double)gain / tokens),
        ];
    }

    // Over sampled tokens: by how many versions their writer is later than the plan's.
    private static long Gain(GroupRollout group, Completion chain, IReadOnlyList<VersionSpan> spans)
    {
        var sum = 0L;
        for (var at = 0; at < spans.Count; at++)
        {
            var end = at + 1 < spans.Count ? spans[at + 1].First : chain.Tokens.Length;
            sum += (long)Math.Max(0, Math.Min(end, chain.SampledCount) - spans[at].First) * (spans[at].Version - (group.Versions?[0].Version ?? 0));
        }

        return sum;
    }

    private static InvalidDataException Broken(GroupRollout group) => new($"The versions of group {group.Group} and the spans of its chains do not fit together.");
}
