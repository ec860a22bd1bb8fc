using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>Work of one engine, which takes virtual time, one thing after another: what dies with its process never ends, what is frozen ends after it woke.</summary>
internal sealed class SimTime(SimMachine machine, SimProcess process)
{
    private int _free;

    internal void Applied(int step) => machine.Applied.Add(step);

    internal Task<T> TakeAsync<T>(int ticks, Func<Task<T>> work)
    {
        var done = new TaskCompletionSource<T>();
        _free = Math.Max(_free, machine.Tick) + ticks + machine.Network.Chance.Next(ticks);
        machine.After(_free - machine.Tick, process, () =>
        {
            try
            {
                done.SetResult(work().GetAwaiter().GetResult());
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        });
        return done.Task;
    }
}

internal sealed class SimRolloutEngine(IRolloutEngine inner, SimTime time) : IRolloutEngine
{
    public Digest? Held => inner.Held;

    public Digest? HeldTable => inner.HeldTable;

    public Task<Digest> LoadPolicyAsync(string path, CancellationToken stop) => inner.LoadPolicyAsync(path, stop);

    public Task<Digest> LoadTableAsync(ReadOnlyMemory<byte> table, CancellationToken stop) => inner.LoadTableAsync(table, stop);

    public Task<byte[]> EncodeAsync(EncodeBundle bundle, CancellationToken stop) => time.TakeAsync(3, () => inner.EncodeAsync(bundle, stop));

    public Task<IReadOnlyList<GroupRollout>> GenerateAsync(RolloutBundle bundle, CancellationToken stop) => time.TakeAsync(10, () => inner.GenerateAsync(bundle, stop));

    public Task<IReadOnlyList<MeasuredUser>> MeasureAsync(EvaluationBundle bundle, CancellationToken stop) => time.TakeAsync(4, () => inner.MeasureAsync(bundle, stop));

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal sealed class SimGradientEngine(IGradientEngine inner, SimTime time) : IGradientEngine
{
    public Task<Digest> LoadPolicyAsync(string path, CancellationToken stop) => inner.LoadPolicyAsync(path, stop);

    public Task<ShardForward> ForwardAsync(ShardOrder order, CancellationToken stop) => time.TakeAsync(4, () => inner.ForwardAsync(order, stop));

    public Task<ShardGradient> BackwardAsync(int step, int shard, byte[] userGradients, byte[] itemGradients, CancellationToken stop) =>
        time.TakeAsync(4, () => inner.BackwardAsync(step, shard, userGradients, itemGradients, stop));

    public Task ForgetAsync(CancellationToken stop) => inner.ForgetAsync(stop);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal sealed class SimLearnerEngine(ILearnerEngine inner, SimTime time) : ILearnerEngine
{
    public Task<Digest> InitialiseAsync(CancellationToken stop) => time.TakeAsync(2, () => inner.InitialiseAsync(stop));

    public Task<WarmStartStretch> WarmStartAsync(int untilStep, CancellationToken stop) => time.TakeAsync(5, () => inner.WarmStartAsync(untilStep, stop));

    public Task<Digest> BeginReinforcementAsync(CancellationToken stop) => inner.BeginReinforcementAsync(stop);

    public Task<ItemPart> ItemPartAsync(byte[] users, byte[] items, int[] targetColumns, int[] winners, double[] advantages, CancellationToken stop) =>
        inner.ItemPartAsync(users, items, targetColumns, winners, advantages, stop);

    public Task<OptimizerStep> ApplyAsync(int step, IReadOnlyList<ShardGradient> gradients, CancellationToken stop) => time.TakeAsync(3, () =>
    {
        time.Applied(step);
        return inner.ApplyAsync(step, gradients, stop);
    });

    public Task<Digest> PublishAsync(string folder, CancellationToken stop) => time.TakeAsync(2, () => inner.PublishAsync(folder, stop));

    public Task<LearnerStand?> StandingAsync(CancellationToken stop) => time.TakeAsync(1, () => inner.StandingAsync(stop));

    public Task<Digest> SaveAsync(string folder, CancellationToken stop) => time.TakeAsync(3, () => inner.SaveAsync(folder, stop));

    public Task<Digest> LoadAsync(string folder, Digest manifest, CancellationToken stop) => time.TakeAsync(3, () => inner.LoadAsync(folder, manifest, stop));

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
