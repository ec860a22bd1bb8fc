using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Rollouts;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Bundles of planned steps that the dispatcher was asked for in this epoch: each is asked for once.</summary>
/// <param name="bundles">What they hold.</param>
internal sealed class AskedBundles(BundleStore bundles)
{
    private readonly HashSet<WorkId> _asked = [];
    private int? _told;

    internal void Ask(RunOrder.CollectGroups order, Epoch epoch, BlobRef table, IActorRef dispatcher)
    {
        foreach (var bundle in order.MissingBundles)
        {
            var work = BundleStore.Work(epoch, order.Step.Step, bundle);
            if (_asked.Add(work))
            {
                dispatcher.Tell(new WorkProtocol.Enqueue(work, WorkKind.Rollout, epoch, order.Step.Policy, table, bundles.Content(order.Step, bundle), bundles.Cost(order.Step, bundle)));
            }
        }
    }

    /// <summary>Tells the dispatcher of the policy of record, once for each version, where chains go over to later ones. It is published by then.</summary>
    internal void Tell(RunState state, IActorRef dispatcher)
    {
        if (state is { Plan.PartialRollouts: true, Version0: not null, Weights: { } weights } && _told != state.Step)
        {
            _told = state.Step;
            dispatcher.Tell(new WorkProtocol.LaterPolicy(state.Run, new PolicyVersion(state.Step, weights)));
        }
    }

    /// <summary>Makes a result durable; one that nobody waits for is released, and null comes back.</summary>
    internal Task<IReadOnlyList<StoredGroup>>? StoreAsync(WorkProtocol.WorkFinished finished, RunState state)
    {
        if (Awaited(finished.Work, state) is var (step, bundle) && finished.Policy is { } policy && finished.Table is { } table)
        {
            return bundles.StoreAsync(step, bundle, policy, table, finished.Result);
        }

        bundles.Release(finished.Result);
        return null;
    }

    /// <summary>
    /// The command by which the run goes on without a bundle whose budget is spent; null where it cannot. Only an async run may: in the other modes that would
    /// change the weights.
    /// </summary>
    internal RunCommands.DropGroups? WithoutThem(WorkProtocol.WorkExhausted exhausted, RunState state) =>
        !exhausted.IsInput && state.Plan?.Mode == TrainingMode.Async && Awaited(exhausted.Work, state) is var (step, bundle)
            ? new RunCommands.DropGroups(state.Epoch, step.Step, [.. Enumerable.Range(step.FirstGroup(bundle), step.Bundles[bundle])], exhausted.Reason)
            : null;

    /// <summary>Forgets bundles of steps that have ended.</summary>
    internal void Keep(RunState state)
    {
        var open = state.Planned.Select(step => step.Step).ToHashSet();
        _asked.RemoveWhere(work => !open.Contains(BundleStore.Of(work).Step));
    }

    internal void Clear()
    {
        _asked.Clear();
        _told = null;
    }

    private (StepRecord Step, int Bundle)? Awaited(WorkId work, RunState state)
    {
        if (!_asked.Contains(work))
        {
            return null;
        }

        var (number, bundle) = BundleStore.Of(work);
        return state.Planned.Find(step => step.Step == number) is { } step ? (step, bundle) : null;
    }
}
