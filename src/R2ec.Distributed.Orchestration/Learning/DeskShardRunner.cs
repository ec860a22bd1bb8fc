using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>Has shards computed by gradient workers, through the learner's desk on the same node.</summary>
internal sealed class DeskShardRunner(IActorRef desk, Func<Epoch> epoch, WorkThread thread) : IShardRunner
{
    public Task<ShardForward> ForwardAsync(Digest policy, ShardOrder order, CancellationToken stop)
    {
        var done = thread.Promise<ShardForward>();
        desk.Tell(new ShardDesk.Forward(epoch(), policy, order, done));
        return done.Task.WaitAsync(stop);
    }

    public Task<ShardGradient> BackwardAsync(ShardOrder order, VectorGradients gradients, CancellationToken stop)
    {
        var done = thread.Promise<ShardGradient>();
        desk.Tell(new ShardDesk.Backward(epoch(), order, gradients, done));
        return done.Task.WaitAsync(stop);
    }

    public Task ForgetAsync(CancellationToken stop)
    {
        desk.Tell(new ShardDesk.Forget());
        return Task.CompletedTask;
    }
}
