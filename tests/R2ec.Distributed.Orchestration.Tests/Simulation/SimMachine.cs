using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using Akka.Persistence;
using Akka.TestKit;
using Microsoft.Extensions.Time.Testing;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>
/// A machine on which the product's actors run one message at a time, on one thread, in an order that follows from a seed alone. Virtual time goes on in ticks;
/// a message from one process to another takes the seeded network, and a frozen process handles nothing. All schedules of a test share one actor system.
/// </summary>
internal sealed class SimMachine : IDisposable
{
    internal static readonly TimeSpan TickTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    private static readonly Config Settings = ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          actor.provider = remote
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
          scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
          actor.default-dispatcher { type = "R2ec.Distributed.Orchestration.Tests.Simulation.SimDispatcherConfigurator, R2ec.Distributed.Orchestration.Tests", throughput = 1 }
          actor.internal-dispatcher { type = "R2ec.Distributed.Orchestration.Tests.Simulation.SimDispatcherConfigurator, R2ec.Distributed.Orchestration.Tests", throughput = 1 }
          persistence.journal.plugin = "sim-journal"
          persistence.snapshot-store.plugin = "sim-snapshots"
        }
        sim-journal { class = "R2ec.Distributed.Orchestration.Tests.Simulation.SimJournal, R2ec.Distributed.Orchestration.Tests", plugin-dispatcher = "akka.actor.default-dispatcher" }
        sim-snapshots { class = "R2ec.Distributed.Orchestration.Tests.Simulation.SimSnapshots, R2ec.Distributed.Orchestration.Tests", plugin-dispatcher = "akka.actor.default-dispatcher" }
        """);

    private static readonly Func<Mailbox, ICell?> Owner =
        typeof(Mailbox).GetProperty("Actor", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!.GetMethod!.CreateDelegate<Func<Mailbox, ICell?>>();

    private readonly Lock _gate = new();
    private readonly Queue<IRunnable> _ready = new();
    private readonly PriorityQueue<Action, (int Tick, long Order)> _due = new();
    private readonly Dictionary<string, SimProcess> _processes = [];
    private readonly Dictionary<(SimProcess, SimProcess), int> _lastDue = [];
    private readonly TestScheduler _scheduler;
    private long _order;
    private SimProcess? _running;
    private readonly List<string> _trace = [];

    private SimMachine(ActorSystem system)
    {
        System = system;
        _scheduler = (TestScheduler)system.Scheduler;
    }

    internal ActorSystem System { get; }

    internal FakeTimeProvider Clock { get; } = new();

    internal SimNetwork Network { get; private set; } = new(0);

    internal SimDatabase Database { get; private set; } = new();

    /// <summary>Host and port of the one actor system, at which every door is found.</summary>
    internal string Place { get; private set; } = "";

    internal int Tick { get; private set; }

    /// <summary>How many schedules began.</summary>
    internal int Schedule { get; private set; }

    /// <summary>All that was delivered, when and to whom.</summary>
    internal IReadOnlyList<string> Trace => [.. _trace];

    /// <summary>Told of every message that arrives from another process.</summary>
    internal Action<object, SimProcess, SimProcess>? Seen { get; set; }

    /// <summary>Optimizer steps that any learner took, in turn.</summary>
    internal List<int> Applied { get; } = [];

    /// <summary>Messages that no contract let through: each of them crashed an actor.</summary>
    internal ConcurrentQueue<string> Refused { get; } = [];

    internal IEnumerable<SimProcess> Living => _processes.Values.Where(process => process.IsAlive);

    internal static SimMachine Start()
    {
        SimDispatcher.Machine = null;
        var system = ActorSystem.Create("r2ec", Settings);
        var own = ((ExtendedActorSystem)system).Provider.DefaultAddress;
        var machine = new SimMachine(system) { Place = $"{own.Host}:{own.Port}" };
        system.ActorOf(Props.Create(() => new SimDoor(machine)), Door.Name).Ask<ActorIdentity>(new Identify(0), LongestStart).GetAwaiter().GetResult();
        system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new Crashes(machine)).WithDispatcher("akka.actor.default-blocking-io-dispatcher"), "crashes"), typeof(Error));
        SimJournal.Machine = machine;
        var recovered = new TaskCompletionSource();
        system.ActorOf(Props.Create(() => new First(recovered)), "first");
        recovered.Task.Wait(LongestStart);
        SimDispatcher.Machine = machine;
        return machine;
    }

    /// <summary>Ends what is left of a schedule and begins another.</summary>
    internal void Begin(int seed)
    {
        foreach (var process in Living.ToList())
        {
            Kill(process);
        }

        Schedule++;
        _due.Clear();
        _processes.Clear();
        _lastDue.Clear();
        (Tick, _order, Seen) = (0, 0, null);
        Applied.Clear();
        Refused.Clear();
        _trace.Clear();
        (Network, Database) = (new SimNetwork(seed), new SimDatabase());
    }

    /// <summary>Has a process run its root actor.</summary>
    internal void Launch(SimProcess process, Props props)
    {
        _processes[process.Name] = process;
        process.Root = System.ActorOf(props, process.Name);
        var lives = process.Root.Ask<ActorIdentity>(new Identify(0), LongestStart);
        while (!lives.IsCompleted)
        {
            Pump();
        }

        Assert.True(lives.IsCompletedSuccessfully, $"{process.Name} did not start");
        Pump();
    }

    internal void Kill(SimProcess process)
    {
        process.IsAlive = false;
        Thaw(process);
        ((IInternalActorRef)process.Root).Stop();
        Pump();
        Note("kill", process, "");
    }

    internal static void Freeze(SimProcess process) => process.IsFrozen = process.IsAlive;

    internal void Wake(SimProcess process)
    {
        if (process is { IsAlive: true, IsFrozen: true })
        {
            Thaw(process);
            while (process.Late.TryDequeue(out var late))
            {
                late();
            }

            Pump();
        }
    }

    /// <summary>Has something happen after some ticks.</summary>
    internal void After(int ticks, Action action) => _due.Enqueue(action, (Tick + Math.Max(1, ticks), _order++));

    /// <summary>Has a process do something after some ticks, if it lives then; where it is frozen, when it wakes.</summary>
    internal void After(int ticks, SimProcess process, Action action) => After(ticks, () =>
    {
        if (process.IsFrozen)
        {
            process.Late.Enqueue(action);
        }
        else if (process.IsAlive)
        {
            action();
        }
    });

    /// <summary>Whether a process can ask another one for bytes now.</summary>
    internal bool Reaches(SimProcess from, SimProcess to) => to is { IsAlive: true, IsFrozen: false } && !Network.IsCut(from.Node, to.Node) && !Network.IsCut(to.Node, from.Node);

    internal SimProcess? At(string address) => Living.FirstOrDefault(process => process.Address == address);

    internal SimProcess? Of(IActorRef? actor)
    {
        if (actor is null or { Path: null })
        {
            return null;
        }

        var path = actor.Path;
        while (path.Depth > 2)
        {
            path = path.Parent;
        }

        return path.Depth == 2 && _processes.TryGetValue(path.Name, out var process) ? process : null;
    }

    /// <summary>One tick of virtual time.</summary>
    internal void Step()
    {
        Tick++;
        Clock.Advance(TickTime);
        _scheduler.Advance(TickTime);
        Pump();
        while (_due.TryPeek(out var action, out var at) && at.Tick <= Tick)
        {
            _due.Dequeue();
            action();
            Pump();
        }
    }

    internal void Queue(IRunnable run)
    {
        lock (_gate)
        {
            _ready.Enqueue(run);
        }
    }

    /// <summary>Takes a message between two processes out of its mailbox's way and puts it on the network.</summary>
    internal bool Intercepts(SimDispatcher dispatcher, ActorCell cell, Envelope envelope)
    {
        if (envelope.Message is IPersistenceMessage || (_running ?? Of(envelope.Sender)) is not { } from || Of(cell.Self) is not { } to || from == to)
        {
            return false;
        }

        if (from.IsAlive)
        {
            foreach (var delay in Network.Send(from.Node, to.Node))
            {
                var due = Network.InOrder ? Math.Max(Tick + delay, _lastDue.GetValueOrDefault((from, to))) : Tick + delay;
                _lastDue[(from, to)] = due;
                After(due - Tick, () => Deliver(dispatcher, cell, envelope, from, to));
            }
        }

        return true;
    }

    public void Dispose()
    {
        foreach (var process in Living.ToList())
        {
            Kill(process);
        }

        SimDispatcher.Machine = null;
        System.Terminate();
    }

    private void Deliver(SimDispatcher dispatcher, ActorCell cell, Envelope envelope, SimProcess from, SimProcess to)
    {
        if (to.IsAlive && !Network.IsCut(from.Node, to.Node))
        {
            Note(envelope.Message.GetType().Name, from, $"{to.Node}.{to.Life} {(cell.Self.Equals(to.Root) ? "" : cell.Self.Path.Name)}");
            Seen?.Invoke(envelope.Message, from, to);
            dispatcher.Deliver(cell, envelope);
        }
    }

    private void Thaw(SimProcess process)
    {
        process.IsFrozen = false;
        while (process.Parked.TryDequeue(out var run))
        {
            Queue(run);
        }
    }

    private void Pump()
    {
        // Under a test's own context a task's continuation would go to the thread pool instead of being run where the task ends.
        SynchronizationContext.SetSynchronizationContext(null);
        Assert.Same(TaskScheduler.Default, TaskScheduler.Current);
        while (Next() is { } run)
        {
            var process = run is Mailbox mailbox ? Of(Owner(mailbox)?.Self) : null;
            if (process is { IsFrozen: true })
            {
                process.Parked.Enqueue(run);
                continue;
            }

            // Who forwards a message sends it, in whosever name.
            _running = process;
            run.Run();
            _running = null;
        }
    }

    private IRunnable? Next()
    {
        lock (_gate)
        {
            return _ready.TryDequeue(out var run) ? run : null;
        }
    }

    private void Note(string what, SimProcess from, string to) => _trace.Add($"{Tick} {what} {from.Node}.{from.Life} {to}");

    /// <summary>The door of every coordinator node: each that thinks itself active hears a beat, over the network.</summary>
    private sealed class SimDoor : ReceiveActor
    {
        public SimDoor(SimMachine machine) => Receive<ClusterProtocol.NodeBeat>(beat =>
        {
            foreach (var coordinator in machine.Living.Where(process => process.Node.StartsWith('c')))
            {
                coordinator.Root.Forward(beat);
            }
        });
    }

    /// <summary>The first persistent actor of a system has Akka make what all others share.</summary>
    private sealed class Crashes : ReceiveActor
    {
        public Crashes(SimMachine machine) => Receive<Error>(error => error.Cause is SerializationException, error => machine.Refused.Enqueue($"{error.LogSource}: {error.Cause.Message}"));
    }

    private sealed class First : ReceivePersistentActor
    {
        public First(TaskCompletionSource recovered) => Recover<RecoveryCompleted>(_ => recovered.SetResult());

        public override string PersistenceId => "first";
    }
}
