using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Orchestration.Rewards;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>All that a node with every role needs to work on a run.</summary>
public sealed record RunHostOptions
{
    /// <summary>The run's folder.</summary>
    public required RunFolder Folder { get; init; }

    /// <summary>The spec as resolved, YAML; kept in the run's first event.</summary>
    public required string SpecYaml { get; init; }

    /// <summary>The spec.</summary>
    public required ExperimentSpec Spec { get; init; }

    /// <summary>Digest of the data set: a resumption refuses another one.</summary>
    public required Digest Data { get; init; }

    /// <summary>Digest of the tokenizer.</summary>
    public required Digest Tokenizer { get; init; }

    /// <summary>What fixes the bits here, by name.</summary>
    public required IReadOnlyDictionary<string, string> Numerics { get; init; }

    /// <summary>Whether a person accepts that they differ from those that the run was made by.</summary>
    public bool AcceptOtherNumerics { get; init; }

    /// <summary>The data set in tokens.</summary>
    public required IPromptBook Book { get; init; }

    /// <summary>The model-free scorers.</summary>
    public required IBaselines Baselines { get; init; }

    /// <summary>One for each device that generates. The host disposes what they make.</summary>
    public required IReadOnlyList<Func<IRolloutEngine>> RolloutEngines { get; init; }

    /// <summary>One for each device that computes gradients.</summary>
    public required IReadOnlyList<Func<IGradientEngine>> GradientEngines { get; init; }

    /// <summary>The learner's device.</summary>
    public required Func<ILearnerEngine> LearnerEngine { get; init; }

    /// <summary>What reward terms need of this node.</summary>
    public RewardSources Rewards { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where logs go.</summary>
    public required ILoggerFactory Logs { get; init; }

    /// <summary>Told where the run is; called on a pool thread, must not block.</summary>
    public IProgress<RunProgress>? Progress { get; init; }

    /// <summary>Told every fact once it is in the journal, in order; called on a thread of its own.</summary>
    public Action<IRunEvent>? Observer { get; init; }

    /// <summary>Leases, budgets and beats.</summary>
    public WorkOptions Work { get; init; } = new();
}
