using System.Text.RegularExpressions;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>
/// What a completion is worth by the run's spec. The chain's form is matched without backtracking where the expression allows it, in time linear in the
/// text; otherwise within <see cref="MatchTime"/>, and a chain that takes longer is a failure, never a zero: a clock must not decide a reward.
/// </summary>
public sealed class RewardRule
{
    /// <summary>Longest time of one match of an expression that needs backtracking.</summary>
    public static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(2);

    private readonly RecPoSpec _spec;
    private readonly Regex? _form;

    /// <summary>Compiles the rule once.</summary>
    /// <exception cref="InputException">recpo.chain_format is no regular expression.</exception>
    public RewardRule(RecPoSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _spec = spec;
        _form = spec.ChainFormat is { } pattern ? Compile(pattern) : null;
    }

    /// <summary>The rewards of a group.</summary>
    public ScoringResult Score(GroupRollout group)
    {
        ArgumentNullException.ThrowIfNull(group);
        var rewards = new List<CompletionReward>(group.Completions.Count);
        foreach (var chain in group.Completions)
        {
            if (!float.IsFinite(chain.TargetScore) || !double.IsFinite(chain.LogSumExp) || !double.IsFinite(chain.MeanEntropy) || chain.Rank < 1)
            {
                return new ScoringResult.Failed($"a score of group {group.Group} is not a finite number: a fault of the device or of the weights");
            }

            try
            {
                rewards.Add(Reward(chain));
            }
            catch (RegexMatchTimeoutException)
            {
                return new ScoringResult.Failed($"recpo.chain_format took longer than {MatchTime.TotalSeconds:F0} s on a chain of group {group.Group}: write it without nested repetitions, back-references or look-around");
            }
        }

        return rewards.Count == 0 ? new ScoringResult.Rejected($"group {group.Group} has no completion") : new ScoringResult.Scored(new ScoredGroup(group, rewards));
    }

    private static Regex Compile(string pattern)
    {
        var whole = $@"\A(?:{pattern})\z";
        try
        {
            return new Regex(whole, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            return new Regex(whole, RegexOptions.CultureInvariant, MatchTime);
        }
        catch (ArgumentException fault)
        {
            throw new InputException($"recpo.chain_format is no regular expression: {fault.Message}", fault);
        }
    }

    private CompletionReward Reward(Completion chain)
    {
        var digest = new ScoreDigest(chain.TargetScore, chain.Rank, chain.LogSumExp, chain.TopItems, chain.TopScores);
        var offFormat = _form is not null && !_form.IsMatch(chain.Text);
        var reward = Core.RecPo.Rewards.Fused(digest, _spec.Beta, _spec.RankCutoff) * (chain.WroteMarker ? 1.0 : _spec.UnclosedFactor) * (offFormat ? _spec.OffFormatFactor : 1.0);
        return new CompletionReward(reward, Core.RecPo.Rewards.Ndcg(chain.Rank, _spec.RankCutoff), Core.RecPo.Rewards.Similarity(digest), offFormat);
    }
}
