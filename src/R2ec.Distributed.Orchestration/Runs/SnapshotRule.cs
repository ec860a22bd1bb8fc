namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Which snapshots a run is recovered from, and when it keeps another one.</summary>
/// <param name="Journaled">Events that the journal is known to hold: a snapshot of a later one is not taken. 0 takes none.</param>
/// <param name="Every">Events between two snapshots, or a twentieth of the journal where that is more: what is written in all stays within twenty times the last one. 0 keeps none.</param>
public readonly record struct SnapshotRule(long Journaled, int Every)
{
    private const int Parts = 20;

    /// <summary>Whether another snapshot is due.</summary>
    /// <param name="kept">Number of the event that the last one was kept after; 0 for none.</param>
    /// <param name="sequence">Number of the newest event.</param>
    public bool IsDue(long kept, long sequence) => Every > 0 && sequence - kept >= Math.Max(Every, sequence / Parts);
}
