using System.Collections.Immutable;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// A run as its journal tells it. <see cref="Decide"/> may refuse, <see cref="Apply"/> may not; <see cref="Orders"/> says what is to be done now.
/// Immutable; the same events give the same state.
/// </summary>
/// <param name="Run">Which run.</param>
public sealed record RunState(RunId Run)
{
    /// <summary>Facts that led here: the number of the newest event, from 1; 0 before the first.</summary>
    public long Facts { get; init; }

    /// <summary>What it is doing.</summary>
    public RunPhase Phase { get; init; }

    /// <summary>The life of its coordinator.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>Numbers of its course; null before it started.</summary>
    public RunPlan? Plan { get; init; }

    /// <summary>The spec as resolved.</summary>
    public string Spec { get; init; } = "";

    /// <summary>Digest of the data set.</summary>
    public Digest Data { get; init; }

    /// <summary>Digest of the tokenizer.</summary>
    public Digest Tokenizer { get; init; }

    /// <summary>What fixes the bits from here on.</summary>
    public IReadOnlyDictionary<string, string> Numerics { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether the baselines are measured.</summary>
    public bool BaselinesMeasured { get; init; }

    /// <summary>Stretches of the warm start that are done: their last step and the weights after it.</summary>
    public ImmutableList<(int Step, Digest Weights)> WarmStart { get; init; } = [];

    /// <summary>Weights of version 0; null before RL.</summary>
    public Digest? Version0 { get; init; }

    /// <summary>Steps that are trained; step s stands at index s − 1.</summary>
    public ImmutableList<StepAssembly> Trained { get; init; } = [];

    /// <summary>Planned steps with groups that have not ended, in the order of their plans.</summary>
    public ImmutableList<StepRecord> Planned { get; init; } = [];

    /// <summary>Steps that were planned in all.</summary>
    public int PlannedCount { get; init; }

    /// <summary>Async: completed groups that no step has taken, in the order in which they were completed.</summary>
    public ImmutableList<GroupId> Waiting { get; init; } = [];

    /// <summary>Async: what the next step trains on, once that is fixed.</summary>
    public StepAssembly? Assembled { get; init; }

    /// <summary>Groups that were dropped by <see cref="DropRule.Failed"/> since a step was trained or the run taken up.</summary>
    public int FailedCount { get; init; }

    /// <summary>The earliest planned step that is not trained.</summary>
    public StepRecord? Open => Planned.IsEmpty ? null : Planned[0];

    /// <summary>The newest item table.</summary>
    public TableRecord? Table { get; init; }

    /// <summary>Item tables that planned steps name, and the newest.</summary>
    public ImmutableList<TableRecord> Tables { get; init; } = [];

    /// <summary>Checkpoints in the order in which they were written.</summary>
    public ImmutableList<CheckpointRecord> Checkpoints { get; init; } = [];

    /// <summary>Evaluations that are done.</summary>
    public ImmutableList<EvaluationRecord> Evaluations { get; init; } = [];

    /// <summary>RL steps as planned now.</summary>
    public int Steps { get; init; }

    /// <summary>Why it paused or failed.</summary>
    public string Reason { get; init; } = "";

    /// <summary>RL steps trained: the version of the policy of record.</summary>
    public int Step => Trained.Count;

    /// <summary>Warm-start steps trained.</summary>
    public int WarmStep => WarmStart.IsEmpty ? 0 : WarmStart[^1].Step;

    /// <summary>How far the policy of record is trained.</summary>
    public RunPosition Position => Version0 is null ? new RunPosition(RunStage.WarmStart, WarmStep) : new RunPosition(RunStage.Reinforcement, Step);

    /// <summary>Digest of the policy of record; null while the initial policy is untouched and no version is named.</summary>
    public Digest? Weights => Trained.IsEmpty ? Version0 ?? (WarmStart.IsEmpty ? null : WarmStart[^1].Weights) : Trained[^1].Weights;

    /// <summary>The evaluation with the best validation NDCG@10, the earliest of equals; null before the first.</summary>
    public EvaluationRecord? Best => Evaluations.IsEmpty ? null : Evaluations.MaxBy(evaluation => evaluation.Ndcg);

    /// <summary>All that has to be done now, at the same time; what the run waits for first comes first. Never empty.</summary>
    public IReadOnlyList<RunOrder> Orders() => RunCourse.Orders(this);

    /// <summary>What the run waits for first.</summary>
    public RunOrder NextOrder() => Orders()[0];

    /// <summary>What a command leads to.</summary>
    /// <param name="command">The command.</param>
    /// <param name="now">Time of the facts.</param>
    public Decision Decide(IRunCommand command, DateTimeOffset now) => RunDecisions.Decide(this, command, now);

    /// <summary>Weights after a position; null where the journal names none.</summary>
    public Digest? WeightsAt(RunPosition position) => position.Stage switch
    {
        RunStage.WarmStart => WarmStart.Where(stretch => stretch.Step == position.Step).Select(stretch => (Digest?)stretch.Weights).FirstOrDefault(),
        _ when position.Step == 0 => Version0,
        _ => position.Step <= Step ? Trained[position.Step - 1].Weights : null,
    };

    /// <summary>The state after a fact.</summary>
    /// <exception cref="InvalidOperationException">The fact is of a kind that this program does not know, or of another run.</exception>
    public RunState Apply(IRunEvent fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        if (fact.Run != Run)
        {
            throw new InvalidOperationException($"A fact of run {fact.Run} cannot belong to run {Run}.");
        }

        return After(fact) with { Facts = Facts + 1 };
    }

    private RunState After(IRunEvent fact) => fact switch
    {
        RunEvents.Started e => this with { Phase = RunPhase.Running, Epoch = new Epoch(1), Plan = e.Plan, Steps = e.Plan.Steps, Spec = e.Spec, Data = e.Data, Tokenizer = e.Tokenizer, Numerics = e.Numerics },
        RunEvents.Resumed e => this with { Phase = RunPhase.Running, Epoch = e.Epoch, Reason = "", FailedCount = 0 },
        RunEvents.NumericsAccepted e => this with { Numerics = e.Numerics },
        RunEvents.BaselinesMeasured => this with { BaselinesMeasured = true },
        RunEvents.WarmStartAdvanced e => this with { WarmStart = WarmStart.Add((e.Step, e.Weights)) },
        RunEvents.ReinforcementBegun e => this with { Version0 = e.Weights },
        RunEvents.ItemTableReady or RunEvents.StepPlanned or RunEvents.GroupCompleted or RunEvents.StepAssembled or RunEvents.GroupsDropped or RunEvents.StepTrained => RunLedger.Apply(this, fact),
        RunEvents.CheckpointWritten e => this with { Checkpoints = Checkpoints.Add(new CheckpointRecord(e.Position, e.Manifest, e.Folder)) },
        RunEvents.Evaluated e => this with { Evaluations = Evaluations.Add(new EvaluationRecord(e.Step, e.Kind, RunDecisions.Ndcg(e.Metrics), e.Ranks, e.Chains)) },
        RunEvents.PlanShortened e => this with { Steps = e.Steps },
        RunEvents.Completed => this with { Phase = RunPhase.Completed },
        RunEvents.Interrupted => this with { Phase = RunPhase.Interrupted },
        RunEvents.Failed e => this with { Phase = RunPhase.Failed, Reason = e.Reason },
        RunEvents.Paused e => this with { Phase = RunPhase.Paused, Reason = e.Reason },
        RunEvents.Submitted e => this with { Phase = RunPhase.Queued, Spec = e.Spec },
        RunEvents.Stopped => this with { Phase = RunPhase.Stopped },
        RunEvents.FaultObserved => this,
        _ => throw new InvalidOperationException($"No rule for the fact {fact.GetType().Name}."),
    };
}
