using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Model.Compute;

namespace R2ec.Distributed.Model.Engines;

/// <summary>
/// A later policy that is loaded beside the one that works, on a thread of its own. There are two sets of tensors in all: what gives way is what
/// the next one is loaded into. Thread-safe.
/// </summary>
internal sealed class PolicyStage(PolicyContext context) : IAsyncDisposable
{
    // As many threads as the engine computes with: folding LoRA into its base has to give the same bits on both.
    private readonly Lazy<ComputeThread> _thread = new(() => new ComputeThread("staging", context.Spec.Numerics.Threads));
    private Staged? _ready;
    private SamplingPolicy? _spare;

    /// <summary>Loads a version; a later one that is ready stays.</summary>
    /// <exception cref="InvalidDataException">The file holds other weights than it was asked for.</exception>
    public Task StageAsync(PolicyVersion later, string path, CancellationToken stop) => _thread.Value.RunAsync(
        () =>
        {
            if (Volatile.Read(ref _ready) is { } ready && ready.Version.Version >= later.Version)
            {
                return false;
            }

            var policy = Interlocked.Exchange(ref _ready, null)?.Policy ?? Interlocked.Exchange(ref _spare, null) ?? new SamplingPolicy(context);
            try
            {
                if (policy.Load(path) is var held && held != later.Policy)
                {
                    throw new InvalidDataException($"{path} holds the weights {held.Brief}, not {later.Policy.Brief}.");
                }
            }
            catch
            {
                Keep(policy);
                throw;
            }

            Volatile.Write(ref _ready, new Staged(later, policy));
            return true;
        },
        stop);

    /// <summary>
    /// Hands out the version that is ready, if it is later than another one and has other weights; the one that gives way is kept for the next. Where a step
    /// left the weights as they were, going over would change nothing but the order in which sums are made.
    /// </summary>
    /// <param name="than">The other version.</param>
    /// <param name="held">What works now; changed to the later one.</param>
    public PolicyVersion? TakeLater(int than, ref SamplingPolicy held)
    {
        if (!(Volatile.Read(ref _ready) is { } ready && ready.Version.Version > than && ready.Version.Policy != held.Digest) || Interlocked.CompareExchange(ref _ready, null, ready) != ready)
        {
            return null;
        }

        Keep(held);
        held = ready.Policy;
        return ready.Version;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_thread.IsValueCreated)
        {
            await _thread.Value.DisposeAsync().ConfigureAwait(false);
        }

        _ready?.Policy.Dispose();
        _spare?.Dispose();
    }

    private void Keep(SamplingPolicy policy) => Interlocked.Exchange(ref _spare, policy)?.Dispose();

    private sealed record Staged(PolicyVersion Version, SamplingPolicy Policy);
}
