using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>One run on a simulated cluster: coordinators of which one is meant to be active, two learner nodes, two rollout nodes, a reward node.</summary>
internal sealed class SimCluster : IDisposable
{
    private const int Takeover = 60;
    private static readonly string[] Coordinators = ["c1", "c2", "c3"];
    private static readonly WorkOptions Work = new() { SnapshotEvents = 1 };
    private readonly SimMachine _machine;
    private readonly string _disks = Directory.CreateTempSubdirectory("r2ec-sim-").FullName;
    private readonly Dictionary<string, int> _lives = [];
    private readonly Dictionary<string, SimProcess> _nodes = [];
    private SimProcess? _active;

    internal SimCluster(SimMachine machine, int seed, string mode = "sync")
    {
        Spec = Made(mode);
        _machine = machine;
        machine.Begin(seed);
        Run = new RunId($"sim-{seed}");
        foreach (var node in Workers)
        {
            StartNode(node);
        }

        StartCoordinator();
    }

    internal static IReadOnlyList<string> Workers { get; } = ["l1", "l2", "r1", "r2", "w1"];

    internal RunId Run { get; }

    internal SimMachine Machine => _machine;

    internal IReadOnlyList<IRunEvent> Facts => _machine.Database.Facts(Run);

    internal SimProcess? Active => _active is { IsAlive: true } ? _active : null;

    private ExperimentSpec Spec { get; }

    private static ExperimentSpec Made(string mode) => new()
    {
        Seed = 5,
        WarmStart = new WarmStartSpec { Steps = 3 },
        Recpo = new RecPoSpec { Mode = mode, Steps = 3, Batch = 4, GroupSize = 2 },
        Rollout = new RolloutSpec { BundleGroups = 2, BundleItems = 5 },
        Evaluation = new EvaluationSpec { Every = 2, BundleUsers = 4, BootstrapDraws = 10 },
        Checkpoints = new CheckpointSpec { Every = 2, WarmStartEvery = 20, Keep = 2 },
        Learning = new LearningSpec { Shards = 2, NormsEvery = 0 },
    };

    /// <summary>Writes that the unique index refused.</summary>
    internal int Fenced { get; private set; }

    /// <summary>What coordinators wait for when they put a run together; null where they do not.</summary>
    internal Task? Gathered { get; set; }

    /// <summary>Digest of the data set that a node finds, where it is another one than the run's.</summary>
    internal Dictionary<string, Digest> OtherData { get; } = [];

    internal SimProcess Node(string name) => _nodes[name];

    /// <summary>Goes on until something holds; fails where it never does.</summary>
    internal void Until(Func<bool> holds, string what)
    {
        var limit = _machine.Tick + SimSchedule.Patience;
        while (!holds())
        {
            Assert.True(_machine.Tick < limit, $"{what} never came; the run stands after {(Facts is [.., var last] ? last : null)}");
            _machine.Step();
        }
    }

    /// <summary>What the active coordinator answers.</summary>
    internal T Ask<T>(object request)
    {
        var asker = NewLife("u");
        var answers = new List<object>();
        _machine.Launch(asker, Akka.Actor.Props.Create(() => new Asker(answers)));
        Active!.Root.Tell(request, asker.Root);
        Until(() => answers.Count > 0, $"an answer to {request}");
        _machine.Kill(asker);
        return Assert.IsType<T>(answers[0]);
    }

    internal void Submit() => Ask<RunProtocol.Answer>(new CoordinatorRequests.Submit(Run, "seed: 5"));

    /// <summary>Goes on until the run has ended or the time is over; a submission is repeated until it stands in the journal.</summary>
    internal bool RunUntil(int tick)
    {
        while (_machine.Tick < tick && !IsEnded)
        {
            if (_machine.Tick % 20 == 0 && Facts.Count == 0)
            {
                Active?.Root.Tell(new CoordinatorRequests.Submit(Run, "seed: 5"), Akka.Actor.ActorRefs.NoSender);
            }

            _machine.Step();
        }

        return IsEnded;
    }

    private bool IsEnded => Facts is [.., RunEvents.Completed or RunEvents.Failed or RunEvents.Paused or RunEvents.Stopped];

    /// <summary>A node's process dies and comes back as another one.</summary>
    internal void Crash(string node, int backAfter)
    {
        if (_nodes[node].IsAlive)
        {
            _machine.Kill(_nodes[node]);
            _machine.After(backAfter, () => StartNode(node));
        }
    }

    /// <summary>The active coordinator dies; another one becomes active.</summary>
    internal void CrashCoordinator(int takenOverAfter)
    {
        if (Active is { } active)
        {
            _machine.Kill(active);
            _machine.After(takenOverAfter, StartCoordinator);
        }
    }

    /// <summary>A node stands still for a time.</summary>
    internal void Freeze(string node, int ticks)
    {
        var process = _nodes[node];
        SimMachine.Freeze(process);
        _machine.After(ticks, () => _machine.Wake(process));
    }

    /// <summary>The active coordinator stands still; where that takes long, another one becomes active, and the one that wakes lives on for a while.</summary>
    internal void FreezeCoordinator(int ticks, int livesOn)
    {
        if (Active is not { } process)
        {
            return;
        }

        SimMachine.Freeze(process);
        if (ticks > Takeover)
        {
            _machine.After(Takeover, () =>
            {
                if (_active == process)
                {
                    StartCoordinator();
                }
            });
        }

        _machine.After(ticks, () =>
        {
            _machine.Wake(process);
            if (_active != process && process.IsAlive)
            {
                _machine.After(livesOn, () => KillIfAlive(process));
            }
        });
    }

    public void Dispose() => Directory.Delete(_disks, recursive: true);

    private void KillIfAlive(SimProcess process)
    {
        if (process.IsAlive)
        {
            _machine.Kill(process);
        }
    }

    private SimProcess NewLife(string node)
    {
        _lives[node] = _lives.GetValueOrDefault(node) + 1;
        var process = new SimProcess(_machine.Schedule, node, _lives[node]);
        process.Blobs = new SimBlobs(_machine, process);
        return process;
    }

    private void StartNode(string node)
    {
        var process = _nodes[node] = NewLife(node);
        _machine.Launch(process, NodeAgent.Props(new NodeServices
        {
            Name = process.Node,
            Incarnation = process.Incarnation,
            Roles = [node[0] switch { 'l' => "learner", 'r' => "rollout", _ => "reward" }],
            Bulk = process.Address,
            Coordinators = [_machine.Place],
            Assembler = new Assembler(_machine, process, Spec, OtherData),
            Folders = new SimFolders(),
            Blobs = process.Blobs,
            PayloadsOf = holder => new SimPayloadReader(_machine, process, holder),
            Weights = _ => new SimWeights(_machine, process, _disks),
            Checkpoints = _ => Path.Combine(_disks, node, "checkpoints"),
            Copies = _ => new SimCopies(_machine, process, _disks),
            CoordinatorAt = _ => { },
            Work = Work,
            Clock = _machine.Clock,
            Progress = new NodeProgress(),
            Threads = _ => WorkThread.AtOnce(),
        }));
    }

    private void StartCoordinator()
    {
        var node = Coordinators[_lives.Where(pair => pair.Key[0] == 'c').Sum(pair => pair.Value) % Coordinators.Length];
        var process = _active = NewLife(node);
        _machine.Launch(process, Coordinator.Props(new CoordinatorServices
        {
            Bulk = process.Address,
            Journals = new SimJournals(_machine.Database),
            Payloads = _ => Task.FromResult<IPayloads>(new SimPayloads(_machine.Database)),
            Assembler = new Assembler(_machine, process, Spec, OtherData),
            Folders = new SimFolders(Gathered),
            Blobs = process.Blobs,
            Holders = NoHolders.Instance,
            Explain = (_, fault) => fault.Message,
            JournalFailed = fault => OnJournalFailed(process, fault),
            ShutOut = () => Leave(process),
            Active = new ActiveCoordinator(),
            Work = Work,
            Clock = _machine.Clock,
            Threads = _ => WorkThread.AtOnce(),
        }));
    }

    // As a node does it: who was fenced leaves, and another one becomes active if it was to be this one.
    private void OnJournalFailed(SimProcess process, Exception fault)
    {
        if (fault is SimFencedException)
        {
            Fenced++;
            Leave(process);
        }
    }

    private void Leave(SimProcess process) => _machine.After(1, () =>
    {
        KillIfAlive(process);
        if (_active == process)
        {
            StartCoordinator();
        }
    });

    private sealed class Asker : Akka.Actor.ReceiveActor
    {
        public Asker(List<object> answers) => ReceiveAny(answers.Add);
    }

    private sealed class Assembler(SimMachine machine, SimProcess process, ExperimentSpec spec, Dictionary<string, Digest> others) : IRunAssembler
    {
        public AssembledRun Assemble(string text)
        {
            return new AssembledRun
            {
                Spec = spec,
                Data = others.TryGetValue(process.Node, out var other) ? other : Digest.Of("data"u8),
                Tokenizer = Digest.Of("tokenizer"u8),
                Numerics = new Dictionary<string, string> { ["threads"] = "1" },
                Book = new FakeBook(12, 3, 3),
                Baselines = new FakeBaselines(),
                Rollouts = [() => new SimRolloutEngine(new FakeRolloutEngine(spec.Recpo.GroupSize), new SimTime(machine, process))],
                Gradients = [() => new SimGradientEngine(new FakeGradientEngine(), new SimTime(machine, process))],
                Learner = () => new SimLearnerEngine(new FakeLearnerEngine((ulong)spec.Seed), new SimTime(machine, process)),
                Release = () => { },
            };
        }
    }
}
