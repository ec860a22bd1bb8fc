using System.Threading.Channels;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>
/// Tells other nodes that a blob is no longer wanted, in the background. Nothing depends on its arrival: a holder forgets by itself what nobody touches, so a
/// release that cannot be delivered is dropped, and so are the oldest of too many.
/// </summary>
internal sealed class RemoteReleases : IAsyncDisposable
{
    private const int Most = 10_000;
    private const int AtOnce = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Channel<(string Holder, Digest What)> _queue =
        Channel.CreateBounded<(string, Digest)>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly HttpClient _bulk;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop;
    private readonly Task _work;

    /// <summary>Begins to deliver.</summary>
    public RemoteReleases(HttpClient bulk, TimeProvider clock)
    {
        (_bulk, _clock, _stop) = (bulk, clock, new CancellationTokenSource());
        _work = Task.Run(() => Parallel.ForEachAsync(
            _queue.Reader.ReadAllAsync(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            (release, _) => DeliverAsync(release.Holder, release.What)));
    }

    /// <summary>Queues a release.</summary>
    public void Add(string holder, Digest what) => _queue.Writer.TryWrite((holder, what));

    /// <summary>Delivers what is queued, a few seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        using (var grace = new CancellationTokenSource(Patience, _clock))
        await using (grace.Token.Register(_stop.Cancel).ConfigureAwait(false))
        {
            await _work.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private async ValueTask DeliverAsync(string holder, Digest what)
    {
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, patience.Token);
        try
        {
            using var reply = await _bulk.DeleteAsync(BulkAddress.Of(holder, $"blobs/{what.Hex}"), deadline.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException or BlobLostException)
        {
            // The holder sweeps.
        }
    }
}
