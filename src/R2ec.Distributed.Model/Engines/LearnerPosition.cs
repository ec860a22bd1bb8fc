namespace R2ec.Distributed.Model.Engines;

/// <summary>Where a learner stands.</summary>
/// <param name="Reinforcement">Whether the warm start is over.</param>
/// <param name="Step">Steps done of that stage.</param>
internal sealed record LearnerPosition(bool Reinforcement, int Step)
{
    /// <summary>The initial policy.</summary>
    public static LearnerPosition Start { get; } = new(false, 0);
}
