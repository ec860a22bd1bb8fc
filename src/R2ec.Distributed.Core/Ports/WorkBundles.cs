using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Ports;

/// <summary>Which chain a measured user gets.</summary>
public enum ChainMode
{
    /// <summary>The policy's own greedy chain.</summary>
    Greedy = 0,

    /// <summary>None: the marker straight after the prompt.</summary>
    None = 1,

    /// <summary>A chain that comes with the bundle (another user's).</summary>
    Given = 2,
}

/// <summary>One batch of groups to generate. Its make-up follows from the step's plan alone, and so do its bits.</summary>
/// <param name="Step">RL step, from 1.</param>
/// <param name="FirstGroup">Index of its first group in the step's plan.</param>
/// <param name="Samples">The prompts, one per group.</param>
/// <param name="Version">Version of the policy that begins it, where its chains may go over to later ones; null where one version writes all of it.</param>
public sealed record RolloutBundle(int Step, int FirstGroup, IReadOnlyList<SampleId> Samples, int? Version = null);

/// <summary>One batch of item prompts to encode.</summary>
/// <param name="Items">Item ids.</param>
public sealed record EncodeBundle(IReadOnlyList<int> Items);

/// <summary>One batch of users to measure by full ranking.</summary>
/// <param name="Samples">The samples.</param>
/// <param name="Mode">Which chain they get.</param>
/// <param name="Chains">For <see cref="ChainMode.Given"/>: the chains' tokens; else null.</param>
public sealed record EvaluationBundle(IReadOnlyList<SampleId> Samples, ChainMode Mode, IReadOnlyList<int[]>? Chains);

/// <summary>One sampled reasoning chain with what is needed to reward and to train it.</summary>
/// <param name="Tokens">Token ids, the marker included (written or appended).</param>
/// <param name="SampledCount">How many of them the policy sampled; the rest is the appended marker.</param>
/// <param name="WroteMarker">Whether the chain wrote its marker itself.</param>
/// <param name="PolicyLogProbabilities">Log-softmax of the un-tempered logits for each sampled token.</param>
/// <param name="SamplerLogProbabilities">After temperature, top-k and top-p, for each sampled token.</param>
/// <param name="MeanEntropy">Mean entropy of the policy's distributions along the chain, in nats.</param>
/// <param name="TargetScore">Score of the target item.</param>
/// <param name="Rank">Rank of the target, from 1.</param>
/// <param name="LogSumExp">Over the unmasked items.</param>
/// <param name="TopItems">Best unmasked items.</param>
/// <param name="TopScores">Their scores.</param>
/// <param name="Text">The chain decoded, for people and for chain_format.</param>
/// <param name="Spans">Which version wrote which tokens; null where that of the group's plan wrote all of them.</param>
public sealed record Completion(
    int[] Tokens,
    int SampledCount,
    bool WroteMarker,
    float[] PolicyLogProbabilities,
    float[] SamplerLogProbabilities,
    double MeanEntropy,
    float TargetScore,
    int Rank,
    double LogSumExp,
    int[] TopItems,
    float[] TopScores,
    string Text,
    IReadOnlyList<VersionSpan>? Spans = null);

/// <summary>A prompt's completions as they left the device.</summary>
/// <param name="Group">Which group.</param>
/// <param name="Sample">Whose prompt.</param>
/// <param name="Policy">Digest of the weights that made it; where it went over to later ones, of those that it was planned on.</param>
/// <param name="Table">Digest of the item table that scored it.</param>
/// <param name="Completions">The chains, in their order.</param>
/// <param name="Versions">Where it went over: the version of its plan, then the later ones that wrote tokens, ascending; null where the plan's wrote all of them.</param>
public sealed record GroupRollout(
    GroupId Group, SampleId Sample, Digest Policy, Digest Table, IReadOnlyList<Completion> Completions, IReadOnlyList<PolicyVersion>? Versions = null);

/// <summary>One measured user.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="Rank">Rank of its target, from 1.</param>
/// <param name="Chain">Tokens of its chain, marker included.</param>
/// <param name="WroteMarker">Whether the chain wrote its marker itself.</param>
/// <param name="Text">The chain decoded.</param>
/// <param name="TopItems">Best items, for the report.</param>
public sealed record MeasuredUser(SampleId Sample, int Rank, int[] Chain, bool WroteMarker, string Text, int[] TopItems);
