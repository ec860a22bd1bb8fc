using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>Something that a run needs done now: a function of its state alone.</summary>
public abstract record RunOrder
{
    private RunOrder()
    {
    }

    /// <summary>Nothing: the run does not run.</summary>
    public sealed record Nothing : RunOrder;

    /// <summary>Measure the model-free scorers.</summary>
    public sealed record MeasureBaselines : RunOrder;

    /// <summary>Train the warm start up to a step.</summary>
    public sealed record TrainWarmStart(int UntilStep) : RunOrder;

    /// <summary>End the warm start: version 0 with a fresh optimizer.</summary>
    public sealed record BeginReinforcement : RunOrder;

    /// <summary>Keep the learner's state.</summary>
    public sealed record WriteCheckpoint(RunPosition Position) : RunOrder;

    /// <summary>Encode the catalogue.</summary>
    public sealed record EncodeTable(int Version, Digest Policy) : RunOrder;

    /// <summary>Measure the policy.</summary>
    public sealed record Evaluate(int Step, EvaluationKind Kind, Digest Policy, Digest Table) : RunOrder;

    /// <summary>Draw the next step's prompts.</summary>
    public sealed record PlanStep(int Step) : RunOrder;

    /// <summary>Have the bundles generated and scored in which a group is still missing.</summary>
    public sealed record CollectGroups(StepRecord Step, IReadOnlyList<int> MissingBundles) : RunOrder;

    /// <summary>Fix what the next step of an async run trains on.</summary>
    public sealed record AssembleStep(int Step) : RunOrder;

    /// <summary>Train the step on its groups.</summary>
    public sealed record TrainStep(StepAssembly Step) : RunOrder;

    /// <summary>End the run.</summary>
    public sealed record Complete : RunOrder;
}
