using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>
/// Which weights a gradient engine holds. All shards of a step wait for one load: a second one would take away the graphs of the shards that went before it.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="weights">Where policies are published.</param>
internal sealed class HeldPolicy(IGradientEngine engine, IWeightStore weights)
{
    private readonly Lock _gate = new();
    private (Digest Policy, Task<Digest> Held)? _load;

    /// <summary>Loads the policy unless it is held or on its way, and completes with the digest of what the engine then holds.</summary>
    /// <param name="policy">The weights that the caller needs.</param>
    /// <param name="stop">Ends the load for all who wait for it.</param>
    public Task<Digest> HoldAsync(Digest policy, CancellationToken stop)
    {
        lock (_gate)
        {
            if (_load is not { } load || load.Policy != policy || Failed(load))
            {
                _load = load = (policy, LoadAsync(policy, stop));
            }

            return load.Held;
        }
    }

    // A file that was changed in between may be whole again by now.
    private static bool Failed((Digest Policy, Task<Digest> Held) load) =>
        load.Held.IsCompleted && (!load.Held.IsCompletedSuccessfully || load.Held.Result != load.Policy);

    private async Task<Digest> LoadAsync(Digest policy, CancellationToken stop) =>
        await engine.LoadPolicyAsync(await weights.GetAsync(policy, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
}
