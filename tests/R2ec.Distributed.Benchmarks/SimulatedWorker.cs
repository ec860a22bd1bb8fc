using Akka.Actor;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;

/// <summary>A worker of the real kind whose engine takes a given time for a bundle and computes nothing.</summary>
/// <param name="registry">Whom it asks.</param>
/// <param name="blobs">Blobs of the process.</param>
/// <param name="options">Leases and beats.</param>
/// <param name="kind">What it does.</param>
/// <param name="latency">How long a bundle takes; zero answers at once.</param>
internal sealed class SimulatedWorker(IActorRef registry, IBlobStore blobs, WorkOptions options, WorkKind kind, Func<WorkId, TimeSpan> latency) : PoolWorker(registry, blobs, options, kind)
{
    protected override async Task<WorkResult> WorkAsync(WorkProtocol.Lease lease, Task<byte[]> fetched, CancellationToken stop)
    {
        var content = await fetched;
        var time = latency(lease.Work);
        if (time > TimeSpan.Zero)
        {
            using var timer = new PeriodicTimer(time);
            await timer.WaitForNextTickAsync(stop);
        }

        return new WorkResult(lease.Policy, null, content);
    }
}
