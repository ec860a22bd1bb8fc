using Akka.Actor;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Rollouts;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Nodes that a run lost: first their leases are given to others, then the fault is put into the journal with the number of these.</summary>
internal sealed class RunLosses
{
    private readonly Dictionary<string, ClusterProtocol.NodeGone> _gone = [];

    internal void Take(ClusterProtocol.NodeGone gone, IActorRef dispatcher, IActorRef self)
    {
        if (gone.Evidence.Length > 0)
        {
            _gone[gone.Prefix] = gone;
        }

        dispatcher.Tell(new WorkProtocol.WorkersGone(gone.Prefix, gone.Evidence.Length > 0 ? gone.Node : ""), self);
    }

    internal void Returned(WorkProtocol.LeasesReturned returned, RunState state, Action<IRunCommand, Action<RunReply>?> take)
    {
        if (_gone.Remove(returned.Prefix, out var gone) && state.Phase == RunPhase.Running)
        {
            take(new RunCommands.ObserveFault(gone.Node, gone.Role, gone.Evidence, returned.Returned, gone.Silent.TotalSeconds), null);
        }
    }
}
