using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// What a run's actor tells the host beside it, without waiting: facts once they are in the journal, progress, and the end. Facts are handed on in order on
/// a thread of its own, so a slow projection holds up nobody.
/// </summary>
/// <param name="onFact">Told every fact.</param>
/// <param name="progress">Told where the run is.</param>
/// <param name="thread">The thread; disposed with this.</param>
public sealed class RunWatch(Action<IRunEvent> onFact, IProgress<RunProgress>? progress, WorkThread thread) : IAsyncDisposable
{
    private readonly TaskCompletionSource<RunOutcome> _ended = thread.Promise<RunOutcome>();
    private volatile Exception? _fault;

    /// <summary>Facts are handed on by a thread of its own.</summary>
    public RunWatch(Action<IRunEvent> onFact, IProgress<RunProgress>? progress)
        : this(onFact, progress, new WorkThread("projection"))
    {
    }

    /// <summary>How the run's work in this process ended; complete once every fact before it was handed on.</summary>
    public Task<RunOutcome> Ended => _ended.Task;

    /// <summary>A fact is in the journal.</summary>
    public void Post(IRunEvent fact) => _ = thread.RunAsync(() => Guarded(fact));

    /// <summary>The run is somewhere else.</summary>
    public void Report(RunProgress where) => progress?.Report(where);

    /// <summary>The run's work in this process ended.</summary>
    public void End(RunOutcome outcome) => _ = thread.RunAsync(() =>
        _fault is { } fault ? _ended.TrySetException(fault) : _ended.TrySetResult(outcome));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => thread.DisposeAsync();

    private void Guarded(IRunEvent fact)
    {
        try
        {
            if (_fault is null)
            {
                onFact(fact);
            }
        }
#pragma warning disable CA1031 // A projection that fails must not stop the run; it is told at the end.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _fault = fault;
        }
    }
}
