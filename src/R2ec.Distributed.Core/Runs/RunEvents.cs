using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>A fact of a run's journal.</summary>
public interface IRunEvent
{
    /// <summary>The run.</summary>
    RunId Run { get; }

    /// <summary>When it was decided, by the coordinator's clock; for people only.</summary>
    DateTimeOffset At { get; }
}

/// <summary>All that a run's journal may say. A fact is past and never refused.</summary>
public static class RunEvents
{
    /// <summary>The run began.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Spec">The spec as resolved, YAML.</param>
    /// <param name="SpecHash">Of that text.</param>
    /// <param name="Plan">Numbers of its course.</param>
    /// <param name="Data">Of the data set.</param>
    /// <param name="Tokenizer">Of the tokenizer.</param>
    /// <param name="Numerics">What fixes the bits, by name.</param>
    /// <param name="At">When.</param>
    public sealed record Started(RunId Run, string Spec, Digest SpecHash, RunPlan Plan, Digest Data, Digest Tokenizer, IReadOnlyDictionary<string, string> Numerics, DateTimeOffset At) : IRunEvent;

    /// <summary>A process took the run up again.</summary>
    public sealed record Resumed(RunId Run, Epoch Epoch, IReadOnlyDictionary<string, string> Numerics, DateTimeOffset At) : IRunEvent;

    /// <summary>A person accepted that from here on the bits are made otherwise.</summary>
    public sealed record NumericsAccepted(RunId Run, IReadOnlyDictionary<string, string> Numerics, DateTimeOffset At) : IRunEvent;

    /// <summary>The model-free scorers were measured.</summary>
    public sealed record BaselinesMeasured(RunId Run, IReadOnlyList<BaselineMetrics> Baselines, DateTimeOffset At) : IRunEvent;

    /// <summary>The warm start came to a step.</summary>
    public sealed record WarmStartAdvanced(RunId Run, int Step, Digest Weights, IReadOnlyList<Metric> Metrics, DateTimeOffset At) : IRunEvent;

    /// <summary>RL begins with these weights: version 0.</summary>
    public sealed record ReinforcementBegun(RunId Run, Digest Weights, DateTimeOffset At) : IRunEvent;

    /// <summary>The catalogue was encoded by one version of the policy.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Version">Policy version of all its rows.</param>
    /// <param name="Policy">Digest of that version.</param>
    /// <param name="Table">Digest of the table's bytes.</param>
    /// <param name="Payload">Where the table is kept.</param>
    /// <param name="At">When.</param>
    public sealed record ItemTableReady(RunId Run, int Version, Digest Policy, Digest Table, Digest Payload, DateTimeOffset At) : IRunEvent;

    /// <summary>A step's prompts, their cut into bundles, and what generates and scores them.</summary>
    public sealed record StepPlanned(RunId Run, int Step, IReadOnlyList<SampleId> Samples, IReadOnlyList<int> Bundles, Digest Policy, Digest Table, DateTimeOffset At) : IRunEvent;

    /// <summary>A group was generated, rewarded and stored.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Group">Which group.</param>
    /// <param name="Sample">Whose prompt.</param>
    /// <param name="Payload">Where its chains and rewards are kept.</param>
    /// <param name="PayloadBytes">Their size, packed.</param>
    /// <param name="Policy">The weights that it was planned on.</param>
    /// <param name="Table">The item table that scored it.</param>
    /// <param name="At">When.</param>
    /// <param name="Oldest">Version of its oldest token where a later version than the plan's wrote some; else null.</param>
    /// <param name="Newest">Version of its newest token, there as well.</param>
    public sealed record GroupCompleted(
        RunId Run, GroupId Group, SampleId Sample, Digest Payload, long PayloadBytes, Digest Policy, Digest Table, DateTimeOffset At, int? Oldest = null, int? Newest = null) : IRunEvent;

    /// <summary>What a step of an async run trains on, before it does: a replay trains the same groups in the same order.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Step">RL step that trains them.</param>
    /// <param name="Groups">The groups, in order.</param>
    /// <param name="At">When.</param>
    public sealed record StepAssembled(RunId Run, int Step, IReadOnlyList<GroupId> Groups, DateTimeOffset At) : IRunEvent;

    /// <summary>Planned groups that no step will train.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Step">Number of their plan.</param>
    /// <param name="Groups">Their indices in it.</param>
    /// <param name="Rule">By which rule.</param>
    /// <param name="Reason">For people.</param>
    /// <param name="At">When.</param>
    public sealed record GroupsDropped(RunId Run, int Step, IReadOnlyList<int> Groups, DropRule Rule, string Reason, DateTimeOffset At) : IRunEvent;

    /// <summary>A step was trained.</summary>
    public sealed record StepTrained(RunId Run, int Step, Digest Weights, IReadOnlyList<Metric> Metrics, DateTimeOffset At) : IRunEvent;

    /// <summary>A checkpoint stands whole in its folder.</summary>
    public sealed record CheckpointWritten(RunId Run, RunPosition Position, Digest Manifest, string Folder, DateTimeOffset At) : IRunEvent;

    /// <summary>The policy was measured.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Step">RL step after which.</param>
    /// <param name="Kind">How much was measured.</param>
    /// <param name="Metrics">What came out.</param>
    /// <param name="Ranks">Payload with each sample's rank, for paired comparisons.</param>
    /// <param name="Chains">Payload with some users' chains, for people.</param>
    /// <param name="At">When.</param>
    public sealed record Evaluated(RunId Run, int Step, EvaluationKind Kind, IReadOnlyList<Metric> Metrics, Digest Ranks, Digest Chains, DateTimeOffset At) : IRunEvent;

    /// <summary>The run ends earlier than it was planned.</summary>
    public sealed record PlanShortened(RunId Run, int Steps, string Reason, DateTimeOffset At) : IRunEvent;

    /// <summary>Planned and trained steps agree and the last evaluation is done.</summary>
    public sealed record Completed(RunId Run, DateTimeOffset At) : IRunEvent;

    /// <summary>A person ended the process; nothing is lost.</summary>
    public sealed record Interrupted(RunId Run, DateTimeOffset At) : IRunEvent;

    /// <summary>The run met what a person has to mend.</summary>
    public sealed record Failed(RunId Run, string Reason, DateTimeOffset At) : IRunEvent;

    /// <summary>Work failed more often than its budget allows.</summary>
    public sealed record Paused(RunId Run, string Reason, DateTimeOffset At) : IRunEvent;

    /// <summary>The run was taken into the queue.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Spec">The spec as resolved, YAML.</param>
    /// <param name="At">When.</param>
    public sealed record Submitted(RunId Run, string Spec, DateTimeOffset At) : IRunEvent;

    /// <summary>A person ended the run for good.</summary>
    public sealed record Stopped(RunId Run, DateTimeOffset At) : IRunEvent;

    /// <summary>A node that worked for the run was lost. It changes nothing of the run; it is kept for people.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Node">Name of the node.</param>
    /// <param name="Role">What it did for the run: rollout, reward, learner.</param>
    /// <param name="Evidence">By what its loss was seen.</param>
    /// <param name="LeasesReturned">Pieces of its work that are given to others.</param>
    /// <param name="DetectedAfterSeconds">From its last sign of life to this fact.</param>
    /// <param name="At">When.</param>
    public sealed record FaultObserved(RunId Run, string Node, string Role, string Evidence, int LeasesReturned, double DetectedAfterSeconds, DateTimeOffset At) : IRunEvent;
}
