using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Orchestration.Rewards;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>Puts a run together on a node from its spec alone. Blocks for as long as data and checkpoint take to load: call it on a thread of its own.</summary>
public interface IRunAssembler
{
    /// <summary>Puts a run together.</summary>
    /// <param name="spec">The spec as resolved, YAML.</param>
    /// <exception cref="R2ec.Distributed.Core.InputException">Data, checkpoint or tokenizer are missing here, or do not fit the spec.</exception>
    AssembledRun Assemble(string spec);
}

/// <summary>A run as a node holds it. Disposing it ends what the engines share; the engines that were made of it are disposed first.</summary>
public sealed record AssembledRun : IDisposable
{
    /// <summary>The spec.</summary>
    public required ExperimentSpec Spec { get; init; }

    /// <summary>Digest of the data set.</summary>
    public required Digest Data { get; init; }

    /// <summary>Digest of the tokenizer.</summary>
    public required Digest Tokenizer { get; init; }

    /// <summary>What fixes the bits here.</summary>
    public required IReadOnlyDictionary<string, string> Numerics { get; init; }

    /// <summary>The data set in tokens.</summary>
    public required IPromptBook Book { get; init; }

    /// <summary>The model-free scorers.</summary>
    public required IBaselines Baselines { get; init; }

    /// <summary>What reward terms need of this node.</summary>
    public RewardSources Rewards { get; init; } = new();

    /// <summary>Makers of rollout engines, one for each device.</summary>
    public required IReadOnlyList<Func<IRolloutEngine>> Rollouts { get; init; }

    /// <summary>Makers of gradient engines, one for each device.</summary>
    public required IReadOnlyList<Func<IGradientEngine>> Gradients { get; init; }

    /// <summary>Maker of the learner's engine.</summary>
    public required Func<ILearnerEngine> Learner { get; init; }

    /// <summary>Ends what they share.</summary>
    public required Action Release { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Release();
}
