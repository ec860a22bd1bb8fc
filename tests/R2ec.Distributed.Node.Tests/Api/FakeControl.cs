using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Tests.Api;

/// <summary>A coordinator whose journals are lists in memory.</summary>
internal sealed class FakeControl : ICoordinatorControl
{
    internal static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public bool IsActive { get; set; } = true;

    internal Dictionary<RunId, List<IRunEvent>> Journals { get; } = [];

    internal List<NodeStatus> Nodes { get; } = [];

    internal List<WaitFact> Waits { get; } = [];

    internal List<string> Orders { get; } = [];

    internal Func<Digest, Stream?> Weights { get; set; } = _ => null;

    internal Func<Digest, string, Stream?> Checkpoints { get; set; } = (_, _) => null;

    internal Exception? JournalFault { get; set; }

    public Task<ControlAnswer> SubmitAsync(RunId run, string spec, CancellationToken stop)
    {
        var state = State(run);
        var decision = state.Decide(new RunCommands.Submit(spec), Now);
        if (decision.Reply is RunReply.Refused refused)
        {
            return Answer(ControlKind.Conflict, refused.Reason);
        }

        Journals.TryAdd(run, []);
        Journals[run].AddRange(decision.Events);
        return Answer(ControlKind.Done, $"Run {run} is queued.");
    }

    public Task<IReadOnlyList<RunSummary>> RunsAsync(CancellationToken stop) => Task.FromResult<IReadOnlyList<RunSummary>>([.. Journals.Select(j => RunSummary.Of(j.Key, j.Value, alive: true))]);

    public Task<RunSummary?> FindAsync(RunId run, CancellationToken stop) => Task.FromResult(Journals.TryGetValue(run, out var facts) ? RunSummary.Of(run, facts, alive: true) : null);

    public Task<IReadOnlyList<IRunEvent>> EventsAsync(RunId run, long after, CancellationToken stop) =>
        JournalFault is { } fault ? throw fault : Task.FromResult<IReadOnlyList<IRunEvent>>([.. Journals.GetValueOrDefault(run, []).Skip((int)after)]);

    public Task<ControlAnswer> PauseAsync(RunId run, CancellationToken stop) => Order(run, $"pause {run}");

    public Task<ControlAnswer> ResumeAsync(RunId run, bool acceptOtherNumerics, CancellationToken stop) => Order(run, $"resume {run}{(acceptOtherNumerics ? " other numerics" : "")}");

    public Task<ControlAnswer> StopAsync(RunId run, CancellationToken stop) => Order(run, $"stop {run}");

    public Task<IReadOnlyList<NodeStatus>> NodesAsync(CancellationToken stop) => Task.FromResult<IReadOnlyList<NodeStatus>>(Nodes);

    public Task<ControlAnswer> DrainAsync(string node, CancellationToken stop) => OrderNode(node, "drain");

    public Task<ControlAnswer> EvictAsync(string node, CancellationToken stop) => OrderNode(node, "evict");

    public Task<ControlAnswer> ReadmitAsync(string node, CancellationToken stop) => OrderNode(node, "readmit");

    public Task<IReadOnlyList<WaitFact>> WaitsAsync(RunId run, CancellationToken stop) => Task.FromResult<IReadOnlyList<WaitFact>>(Waits);

    public Task<Stream?> OpenWeightsAsync(Digest weights, CancellationToken stop) => Task.FromResult(Weights(weights));

    public Task<Stream?> OpenCheckpointAsync(Digest manifest, string file, CancellationToken stop) => Task.FromResult(Checkpoints(manifest, file));

    internal static NodeStatus Node(string name, NodeState state = NodeState.Healthy, string reason = "", Digest? weights = null) =>
        new(name, [name.Split('-')[0]], state, reason, TimeSpan.FromSeconds(0.4), weights, 2, 700L << 20, 4711, "127.0.0.1:7100", 19);

    private RunState State(RunId run) => Journals.GetValueOrDefault(run, []).Aggregate(new RunState(run), (at, fact) => at.Apply(fact));

    private Task<ControlAnswer> Order(RunId run, string order) => Journals.ContainsKey(run) ? Noted(order) : Answer(ControlKind.Unknown, $"There is no run {run}.");

    private Task<ControlAnswer> OrderNode(string node, string order) => Nodes.Exists(n => n.Name == node) ? Noted($"{order} {node}") : Answer(ControlKind.Unknown, $"There is no node {node}.");

    private Task<ControlAnswer> Noted(string order)
    {
        Orders.Add(order);
        return Answer(ControlKind.Done, $"Done: {order}.");
    }

    private static Task<ControlAnswer> Answer(ControlKind kind, string text) => Task.FromResult(new ControlAnswer(kind, text));
}
