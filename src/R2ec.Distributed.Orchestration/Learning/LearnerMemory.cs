namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>
/// The last step that a process's learner trained, across the actors that hold the seat one after the other. A coordinator may die between the training of a
/// step and its fact: the next one orders the step again, and a learner that did it answers what it answered. Used by one actor at a time.
/// </summary>
public sealed class LearnerMemory
{
    /// <summary>The order and its answer; null where no step is remembered.</summary>
    public (LearningProtocol.TrainStep Order, LearningProtocol.LearnerAt Answer)? Last { get; set; }
}
