using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

public sealed class TokenVersionsTests
{
    private static readonly PolicyVersion Third = Version(3), Fourth = Version(4), Fifth = Version(5);

    [Fact]
    public void A_group_of_one_version_names_none() => Assert.Null(TokenVersions.Written(Group(null, Chain(6, 6), Chain(4, 4))));

    [Fact]
    public void The_versions_that_wrote_are_those_of_the_spans_and_the_plans_where_a_chain_has_none()
    {
        Assert.Equal([Third, Fourth], TokenVersions.Written(Group([Third, Fourth], Chain(6, 6, (0, 3), (2, 4)), Chain(4, 4)))!);
        Assert.Equal([Fourth, Fifth], TokenVersions.Written(Group([Third, Fourth, Fifth], Chain(6, 6, (0, 4)), Chain(4, 4, (0, 4), (1, 5))))!);
    }

    [Theory]
    [InlineData(0, 3, 2, 9)]
    [InlineData(1, 3, 2, 4)]
    [InlineData(0, 4, 2, 3)]
    [InlineData(0, 3, 6, 4)]
    [InlineData(0, 3, 0, 4)]
    public void Spans_that_do_not_fit_are_a_fault(int first, int version, int second, int later) =>
        Assert.Throws<InvalidDataException>(() => TokenVersions.Written(Group([Third, Fourth], Chain(6, 6, (first, version), (second, later)))));

    [Fact]
    public void Spans_in_a_group_without_versions_are_a_fault() =>
        Assert.Throws<InvalidDataException>(() => TokenVersions.Written(Group(null, Chain(6, 6, (0, 3)))));

    [Fact]
    public void A_group_that_a_later_version_began_counts_as_its_plans_and_says_who_wrote_it()
    {
        var begun = Group([Fourth, Fifth], Chain(6, 6, (0, 4), (2, 5)), Chain(4, 4)) with { Policy = Fourth.Policy };

        var planned = TokenVersions.PlannedOn(begun, Fourth, Third);

        Assert.Equal(Third.Policy, planned.Policy);
        Assert.Equal([Third, Fourth, Fifth], planned.Versions!);
        Assert.Equal([new VersionSpan(0, 4)], planned.Completions[1].Spans!);
        Assert.Equal([Fourth, Fifth], TokenVersions.Written(planned)!);
        Assert.Same(begun, TokenVersions.PlannedOn(begun, Fourth, Fourth));
    }

    [Fact]
    public void Metrics_count_chains_that_went_over_and_by_how_much_sampled_tokens_are_newer_than_their_plan()
    {
        // Sampled tokens: 2 of version 3 and 3 of version 5, 4 of version 4 whose last two tokens were appended, 5 of the plan's: (3 x 2 + 4 x 1) / 14.
        GroupRollout[] groups = [Group([Third, Fourth, Fifth], Chain(5, 5, (0, 3), (2, 5)), Chain(6, 4, (0, 4))), Group(null, Chain(5, 5))];

        var metrics = TokenVersions.Metrics(groups).ToDictionary(metric => metric.Name, metric => metric.Value);

        Assert.Equal(1 / 3.0, metrics["rollout/partial_fraction"], 12);
        Assert.Equal(2, metrics["rollout/versions_max"]);
        Assert.Equal(10 / 14.0, metrics["rollout/version_gain"], 12);
    }

    private static PolicyVersion Version(int number) => new(number, RunScript.D($"version {number}"));

    private static GroupRollout Group(PolicyVersion[]? versions, params Completion[] chains) => new(new GroupId(1, 0), new SampleId(0), Third.Policy, RunScript.D("table"), chains, versions);

    private static Completion Chain(int tokens, int sampled, params (int First, int Version)[] spans) => new(
        new int[tokens], sampled, true, [], [], 0, 0, 1, 0, [], [], "", spans.Length == 0 ? null : [.. spans.Select(span => new VersionSpan(span.First, span.Version))]);
}
