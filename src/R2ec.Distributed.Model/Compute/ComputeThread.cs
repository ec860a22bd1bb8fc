using System.Collections.Concurrent;
using R2ec.Distributed.Model.Native;

namespace R2ec.Distributed.Model.Compute;

/// <summary>
/// The one thread on which a device's tensors live. Dispose scopes, grad mode and thread counts of libtorch belong to a thread, so every tensor operation of
/// an engine is a work item here; results leave as arrays, and tasks complete on the thread pool, never on this thread.
/// </summary>
public sealed class ComputeThread : IAsyncDisposable
{
    private readonly BlockingCollection<Action> _work = new(new ConcurrentQueue<Action>());
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Shown by debuggers and in crash reports.</param>
    /// <param name="intraOpThreads">Intra-op threads of libtorch: part of the run's numerics.</param>
    public ComputeThread(string name, int intraOpThreads)
    {
        var thread = new Thread(() => Run(intraOpThreads)) { Name = name, IsBackground = true };
        thread.Start();
    }

    /// <summary>Queues work and completes when it is done.</summary>
    /// <param name="work">Runs on this thread; owns no tensor afterwards that it did not store on purpose.</param>
    /// <param name="stop">Skips the work if it was cancelled before it began.</param>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken stop)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() => Execute(work, done, stop), CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            done.TrySetException(new ObjectDisposedException(nameof(ComputeThread)));
        }

        return done.Task;
    }

    /// <summary>Lets what is queued finish and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.CompleteAdding();
        await _ended.Task.ConfigureAwait(false);
        _work.Dispose();
    }

    private static void Execute<T>(Func<T> work, TaskCompletionSource<T> done, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
        {
            done.TrySetCanceled(stop);
            return;
        }

        try
        {
            done.TrySetResult(work());
        }
        catch (OperationCanceledException cancelled)
        {
            done.TrySetCanceled(cancelled.CancellationToken);
        }
#pragma warning disable CA1031 // Whatever the device throws belongs to the caller who waits for the task; the thread has to live on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            done.TrySetException(fault);
        }
    }

    private void Run(int intraOpThreads)
    {
        try
        {
            NativeRuntime.ConfigureThread(intraOpThreads);
            foreach (var item in _work.GetConsumingEnumerable())
            {
                item();
            }
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
