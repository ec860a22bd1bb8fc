using Akka.Actor;
using Akka.Dispatch;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>One life of a node: its actors live under one name, and it may be frozen or dead.</summary>
/// <param name="schedule">Which schedule of its machine it belongs to: no name comes twice on a machine.</param>
/// <param name="node">The node, which survives with its disk.</param>
/// <param name="life">Which life of it, from 1.</param>
internal sealed class SimProcess(int schedule, string node, int life)
{
    internal string Node { get; } = node;

    internal int Life { get; } = life;

    internal string Incarnation { get; } = $"{schedule}-{life}";

    internal string Name { get; } = $"{node}.{schedule}-{life}";

    internal string Address { get; } = $"{node}:1";

    internal bool IsAlive { get; set; } = true;

    internal bool IsFrozen { get; set; }

    internal IActorRef Root { get; set; } = ActorRefs.Nobody;

    internal Queue<IRunnable> Parked { get; } = new();

    internal Queue<Action> Late { get; } = new();

    internal SimBlobs Blobs { get; set; } = null!;
}
