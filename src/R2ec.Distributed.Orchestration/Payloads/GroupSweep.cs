using Akka.Event;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Rollouts;

namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>
/// Removes groups behind the retention line: those that no event names, and where the options say so all of them. Only the actor that owns the run has one,
/// since nobody else knows which groups are about to be named. A sweep that fails is left to the next checkpoint.
/// </summary>
/// <param name="payloads">The run's payloads.</param>
/// <param name="keepGroups">Whether groups that an event names stay.</param>
/// <param name="log">Told what was removed; from any thread.</param>
internal sealed class GroupSweep(IPayloads payloads, bool keepGroups, ILoggingAdapter log)
{
    private volatile int _swept;
    private volatile bool _busy;

    /// <summary>Enough nodes hold these checkpoints.</summary>
    /// <param name="held">Their manifests.</param>
    /// <param name="state">The run.</param>
    internal void Behind(IReadOnlyList<Digest> held, RunState state)
    {
        var line = CheckpointRetention.Line(state, held);
        if (line <= _swept || _busy)
        {
            return;
        }

        _busy = true;
        _ = SweepAsync(_swept, line, [.. CheckpointRetention.GroupsAfter(state, keepGroups ? Swept(state) : line)]);
    }

    // Payloads are numbered by their plan. In async mode an earlier step may have trained them: there all that were trained are named.
    private int Swept(RunState state) => state.Plan?.Mode == TrainingMode.Async ? 0 : _swept;

    private async Task SweepAsync(int after, int until, IReadOnlyCollection<Digest> kept)
    {
        try
        {
            var count = await payloads.SweepAsync(after, until, kept).ConfigureAwait(false);
            _swept = until;
            if (count > 0)
            {
                log.Info("Removed {Count} groups of the steps up to {Step} that are no longer needed", count, until);
            }
        }
        catch (Exception fault) when (fault is InputException or DatabaseLostException or ObjectDisposedException or InvalidOperationException)
        {
            log.Warning("Groups of the steps up to {Step} were not removed: {Reason}", until, Faults.Reason(fault));
        }
        finally
        {
            _busy = false;
        }
    }
}
