using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>Something that a run is asked to take note of or to do. Every command is idempotent: told twice it changes nothing the second time.</summary>
public interface IRunCommand;

/// <summary>A report of work that was ordered in an epoch; of an earlier epoch it is refused.</summary>
public interface IRunReport : IRunCommand
{
    /// <summary>The epoch of the order.</summary>
    Epoch Epoch { get; }
}

/// <summary>All commands of a run.</summary>
public static class RunCommands
{
    /// <summary>Takes the run into the queue. The same spec again is the same run.</summary>
    /// <param name="Spec">The spec as resolved, YAML: the text that <see cref="Start"/> begins the run with.</param>
    public sealed record Submit(string Spec) : IRunCommand;

    /// <summary>Ends the run for good, whatever it is doing.</summary>
    public sealed record Stop : IRunCommand;

    /// <summary>Begins the run; the fields are those of <see cref="RunEvents.Started"/>.</summary>
    public sealed record Start(string Spec, RunPlan Plan, Digest Data, Digest Tokenizer, IReadOnlyDictionary<string, string> Numerics) : IRunCommand;

    /// <summary>Takes the run up again.</summary>
    /// <param name="Numerics">What fixes the bits in this process.</param>
    /// <param name="AcceptOtherNumerics">Whether a person accepts that they differ.</param>
    /// <param name="Known">Epoch that the teller read; in another one somebody else has taken the run up. Null where that cannot be.</param>
    public sealed record Resume(IReadOnlyDictionary<string, string> Numerics, bool AcceptOtherNumerics, Epoch? Known = null) : IRunCommand;

    /// <summary>The baselines were measured.</summary>
    public sealed record ReportBaselines(Epoch Epoch, IReadOnlyList<BaselineMetrics> Baselines) : IRunReport;

    /// <summary>The warm start came to a step.</summary>
    public sealed record ReportWarmStart(Epoch Epoch, int Step, Digest Weights, IReadOnlyList<Metric> Metrics) : IRunReport;

    /// <summary>The learner stands at version 0.</summary>
    public sealed record ReportReinforcement(Epoch Epoch, Digest Weights) : IRunReport;

    /// <summary>The catalogue was encoded and is stored.</summary>
    public sealed record ReportTable(Epoch Epoch, int Version, Digest Policy, Digest Table, Digest Payload) : IRunReport;

    /// <summary>Plans the next step with these prompts.</summary>
    public sealed record PlanStep(int Step, IReadOnlyList<SampleId> Samples) : IRunCommand;

    /// <summary>Groups were scored and are stored.</summary>
    public sealed record CompleteGroups(Epoch Epoch, IReadOnlyList<StoredGroup> Groups) : IRunReport;

    /// <summary>Fixes what the next step of an async run trains on.</summary>
    public sealed record AssembleStep(int Step) : IRunCommand;

    /// <summary>The budget of groups is spent: an async run goes on without them.</summary>
    /// <param name="Epoch">The epoch of the order.</param>
    /// <param name="Step">Number of their plan.</param>
    /// <param name="Groups">Their indices in it; those that are completed stay.</param>
    /// <param name="Reason">What the workers reported.</param>
    public sealed record DropGroups(Epoch Epoch, int Step, IReadOnlyList<int> Groups, string Reason) : IRunReport;

    /// <summary>A step was trained and its weights are published.</summary>
    public sealed record ReportTrained(Epoch Epoch, int Step, Digest Weights, IReadOnlyList<Metric> Metrics) : IRunReport;

    /// <summary>A checkpoint stands.</summary>
    public sealed record ReportCheckpoint(Epoch Epoch, RunPosition Position, Digest Manifest, string Folder) : IRunReport;

    /// <summary>The policy was measured.</summary>
    public sealed record ReportEvaluation(Epoch Epoch, int Step, EvaluationKind Kind, IReadOnlyList<Metric> Metrics, Digest Ranks, Digest Chains) : IRunReport;

    /// <summary>Ends the run if its plan is done.</summary>
    public sealed record Complete : IRunCommand;

    /// <summary>A person ends the process.</summary>
    public sealed record Interrupt : IRunCommand;

    /// <summary>Something has to be mended by a person.</summary>
    public sealed record Fail(string Reason) : IRunCommand;

    /// <summary>A node that worked for the run was lost; the fields are those of <see cref="RunEvents.FaultObserved"/>.</summary>
    public sealed record ObserveFault(string Node, string Role, string Evidence, int LeasesReturned, double DetectedAfterSeconds) : IRunCommand;

    /// <summary>A budget is spent.</summary>
    public sealed record Pause(string Reason) : IRunCommand;
}
