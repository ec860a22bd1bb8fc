using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>The control of a coordinator node: orders go to the coordinator of this process, facts come from the journals.</summary>
/// <param name="active">Whether it is the active one.</param>
/// <param name="journals">Journals of the runs.</param>
/// <param name="files">Policies and checkpoints, wherever they are held.</param>
public sealed class CoordinatorControl(ActiveCoordinator active, IRunJournals journals, IHeldFiles files) : ICoordinatorControl
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public bool IsActive => active.Ref is not null;

    private IActorRef Coordinator => active.Ref ?? throw new NotActiveException();

    /// <inheritdoc/>
    public async Task<ControlAnswer> SubmitAsync(RunId run, string spec, CancellationToken stop) => Of(await AskAsync<RunProtocol.Answer>(new CoordinatorRequests.Submit(run, spec), stop).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunSummary>> RunsAsync(CancellationToken stop)
    {
        _ = Coordinator;
        var summaries = new List<RunSummary>();
        foreach (var run in await journals.RunsAsync(stop).ConfigureAwait(false))
        {
            summaries.Add(RunSummary.Of(run, await journals.ReadAsync(run, 0, stop).ConfigureAwait(false), alive: true));
        }

        return summaries;
    }

    /// <inheritdoc/>
    public async Task<RunSummary?> FindAsync(RunId run, CancellationToken stop)
    {
        var events = await EventsAsync(run, 0, stop).ConfigureAwait(false);
        return events.Count == 0 ? null : RunSummary.Of(run, events, alive: true);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IRunEvent>> EventsAsync(RunId run, long after, CancellationToken stop)
    {
        _ = Coordinator;
        return journals.ReadAsync(run, after, stop);
    }

    /// <inheritdoc/>
    public Task<ControlAnswer> PauseAsync(RunId run, CancellationToken stop) => OrderAsync(run, new CoordinatorRequests.Pause(run), stop);

    /// <inheritdoc/>
    public Task<ControlAnswer> ResumeAsync(RunId run, bool acceptOtherNumerics, CancellationToken stop) => OrderAsync(run, new CoordinatorRequests.Resume(run, acceptOtherNumerics), stop);

    /// <inheritdoc/>
    public Task<ControlAnswer> StopAsync(RunId run, CancellationToken stop) => OrderAsync(run, new CoordinatorRequests.Stop(run), stop);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<NodeStatus>> NodesAsync(CancellationToken stop) => (await AskAsync<CoordinatorRequests.NodeList>(new CoordinatorRequests.Nodes(), stop).ConfigureAwait(false)).Items;

    /// <inheritdoc/>
    public Task<ControlAnswer> DrainAsync(string node, CancellationToken stop) => AskAsync<ControlAnswer>(new CoordinatorRequests.Node(node, CoordinatorRequests.NodeChange.Drain), stop);

    /// <inheritdoc/>
    public Task<ControlAnswer> EvictAsync(string node, CancellationToken stop) => AskAsync<ControlAnswer>(new CoordinatorRequests.Node(node, CoordinatorRequests.NodeChange.Evict), stop);

    /// <inheritdoc/>
    public Task<ControlAnswer> ReadmitAsync(string node, CancellationToken stop) => AskAsync<ControlAnswer>(new CoordinatorRequests.Node(node, CoordinatorRequests.NodeChange.Readmit), stop);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WaitFact>> WaitsAsync(RunId run, CancellationToken stop) => (await AskAsync<CoordinatorRequests.WaitList>(new CoordinatorRequests.Waits(run), stop).ConfigureAwait(false)).Items;

    /// <inheritdoc/>
    public Task<Stream?> OpenWeightsAsync(Digest weights, CancellationToken stop) => files.WeightsAsync(weights, stop);

    /// <inheritdoc/>
    public Task<Stream?> OpenCheckpointAsync(Digest manifest, string file, CancellationToken stop) => files.CheckpointAsync(manifest, file, stop);

    private async Task<ControlAnswer> OrderAsync(RunId run, CoordinatorRequests.IRequest order, CancellationToken stop)
    {
        if ((await EventsAsync(run, 0, stop).ConfigureAwait(false)).Count == 0)
        {
            return new ControlAnswer(ControlKind.Unknown, CoordinatorRequests.NoRun(run));
        }

        return Of(await AskAsync<RunProtocol.Answer>(order, stop).ConfigureAwait(false));
    }

    private async Task<T> AskAsync<T>(CoordinatorRequests.IRequest request, CancellationToken stop)
    {
        try
        {
            return await Coordinator.Ask<T>(request, AnswerTime, stop).ConfigureAwait(false);
        }
        catch (AskTimeoutException late)
        {
            throw new NotActiveException("The coordinator did not answer in time.", late);
        }
    }

    private static ControlAnswer Of(RunProtocol.Answer answer) => new(answer.Kind is RunProtocol.AnswerKind.Refused or RunProtocol.AnswerKind.Overtaken ? ControlKind.Conflict : ControlKind.Done, answer.Text);
}
