using System.Collections.Concurrent;

namespace R2ec.Distributed.Orchestration.Threads;

/// <summary>
/// One thread of its own on which blocking work is done in order: files, databases, compression, bootstraps. Timers and heartbeats run on the thread
/// pool, so nothing that blocks may. Tasks complete on the pool. Disposal finishes what was queued.
/// </summary>
public sealed class WorkThread : IAsyncDisposable
{
    private readonly BlockingCollection<Action>? _queue;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Its name in debuggers.</param>
    public WorkThread(string name)
    {
        _queue = [];
        new Thread(Work) { IsBackground = true, Name = name }.Start();
    }

    private WorkThread() => _ended.SetResult();

    /// <summary>No thread: work is done at once by whoever queues it. For simulations, whose course may not depend on the pace of a thread.</summary>
    internal static WorkThread AtOnce() => new();

    /// <summary>A promise whose continuations never hold up whoever fulfils it; at once where work is done at once.</summary>
    internal TaskCompletionSource<T> Promise<T>() => new(_queue is null ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Queues work that has a result.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var done = Promise<T>();
        if (_queue is { } queue)
        {
            queue.Add(() => Do(work, done));
        }
        else
        {
            Do(work, done);
        }

        return done.Task;
    }

    /// <summary>Queues work.</summary>
    public Task RunAsync(Action work) => RunAsync(() =>
    {
        work();
        return true;
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue?.CompleteAdding();
        await _ended.Task.ConfigureAwait(false);
        _queue?.Dispose();
    }

    private static void Do<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(work());
        }
#pragma warning disable CA1031 // Whatever the work throws belongs to whoever awaits it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            done.SetException(fault);
        }
    }

    private void Work()
    {
        foreach (var work in _queue!.GetConsumingEnumerable())
        {
            work();
        }

        _ended.SetResult();
    }
}
