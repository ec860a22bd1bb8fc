using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Data;
using R2ec.Distributed.Node.Reports;

namespace R2ec.Distributed.Node.Composition;

/// <summary>The chains of a run that are kept for people, with titles: two groups of step 1 and of every tenth step.</summary>
/// <param name="set">The data set as the run sees it.</param>
internal sealed class SampledChains(DataSet set)
{
    /// <summary>Groups of a step that are shown.</summary>
    public const int GroupsPerSample = 2;

    private const int StepsPerSample = 10, TopItems = 5;

    private readonly SampleNumbers _numbers = new(set);

    /// <summary>Whether a step's chains are shown.</summary>
    public static bool IsShown(int step) => step % StepsPerSample == 0 || step == 1;

    /// <summary>A group's chains as lines of samples.jsonl.</summary>
    /// <param name="step">RL step.</param>
    /// <param name="index">Place of the group in its step.</param>
    /// <param name="group">The group.</param>
    public IEnumerable<string> Lines(int step, int index, ScoredGroup group)
    {
        var sample = group.Rollout.Sample;
        IReadOnlyList<string> history = [.. _numbers.Seen(sample).Select(Title)];
        return group.Rollout.Completions.Zip(group.Rewards, (chain, reward) => Sample(step, index, history, Title(_numbers.Target(sample)), chain, reward).ToLine());
    }

    private ChainSample Sample(int step, int group, IReadOnlyList<string> history, string target, Completion chain, CompletionReward reward) => new(
        "train",
        step,
        group,
        reward.Reward,
        chain.Rank,
        chain.WroteMarker,
        history,
        target,
        [.. chain.TopItems.Take(TopItems).Select(Title)],
        chain.Text,
        reward.Terms?.Select(term => new TermSample(term.Name, term.Value, term.IsRejected ? term.Rejected : null)).ToList());

    private string Title(int item) => set.Items[item].Title;
}
