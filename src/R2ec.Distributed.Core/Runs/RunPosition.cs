namespace R2ec.Distributed.Core.Runs;

/// <summary>How far the policy of record has been trained.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Step">Steps of the stage that are done.</param>
public readonly record struct RunPosition(RunStage Stage, int Step) : IComparable<RunPosition>
{
    /// <summary>Before any training.</summary>
    public static RunPosition Start => new(RunStage.WarmStart, 0);

    /// <summary>The folder of the position's checkpoint, such as <c>step-000025</c> or <c>warm-start-000100</c>.</summary>
    public string FolderName => Stage == RunStage.WarmStart ? $"warm-start-{Step:D6}" : $"step-{Step:D6}";

    /// <inheritdoc/>
    public int CompareTo(RunPosition other) => Stage == other.Stage ? Step.CompareTo(other.Step) : Stage.CompareTo(other.Stage);

    /// <summary>Whether the left one is earlier.</summary>
    public static bool operator <(RunPosition left, RunPosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one is later.</summary>
    public static bool operator >(RunPosition left, RunPosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one is not later.</summary>
    public static bool operator <=(RunPosition left, RunPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one is not earlier.</summary>
    public static bool operator >=(RunPosition left, RunPosition right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => Stage == RunStage.WarmStart ? $"warm-start step {Step}" : $"step {Step}";
}
