using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>What a proof of a run needs. No cluster, no rollouts: spec, data, journal, payloads and engines.</summary>
public sealed record ReplayOptions
{
    /// <summary>The run's folder; nothing in it is written.</summary>
    public required RunFolder Folder { get; init; }

    /// <summary>The spec, as the run's first event has it.</summary>
    public required ExperimentSpec Spec { get; init; }

    /// <summary>The data set in tokens.</summary>
    public required IPromptBook Book { get; init; }

    /// <summary>The learner; the caller disposes it.</summary>
    public required ILearnerEngine Learner { get; init; }

    /// <summary>Computes the shards; the caller disposes it.</summary>
    public required IGradientEngine Gradients { get; init; }

    /// <summary>
    /// Null: from the oldest whole RL checkpoint that the journal names, or from nothing where there is none. 0: from nothing, initialisation and warm start
    /// included. s: from the newest whole checkpoint at or before RL step s.
    /// </summary>
    public int? From { get; init; }

    /// <summary>Told after every stretch and step; may be null.</summary>
    public IProgress<RunProgress>? Progress { get; init; }
}
