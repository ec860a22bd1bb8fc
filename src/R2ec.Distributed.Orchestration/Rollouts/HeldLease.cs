using Akka.Actor;
using R2ec.Distributed.Orchestration.Blobs;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>A lease that a worker has. Its content is asked for as soon as the lease arrives, which may be long before the work begins.</summary>
internal sealed class HeldLease : IDisposable
{
    private readonly CancellationTokenSource _stop;

    internal HeldLease(WorkProtocol.Lease lease, IActorRef dispatcher, IBlobStore blobs, CancellationToken stop)
    {
        (Lease, Dispatcher, _stop) = (lease, dispatcher, CancellationTokenSource.CreateLinkedTokenSource(stop));
        Stop = _stop.Token;
        Content = blobs.GetAsync(lease.Content, Stop).AsTask();
    }

    internal WorkProtocol.Lease Lease { get; }

    internal IActorRef Dispatcher { get; }

    internal Task<byte[]> Content { get; }

    internal CancellationToken Stop { get; }

    internal bool IsWithdrawn { get; private set; }

    public void Dispose() => _stop.Dispose();

    internal bool Is(WorkProtocol.Withdraw withdrawn) => (Lease.Run, Lease.Work, Lease.Attempt) == (withdrawn.Run, withdrawn.Work, withdrawn.Attempt);

    internal void Withdraw()
    {
        IsWithdrawn = true;
        _stop.Cancel();
    }
}
