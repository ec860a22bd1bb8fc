using System.Text.Json;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>Asks the coordinators who holds something.</summary>
/// <param name="replies">Client of the bulk channel.</param>
/// <param name="coordinators">host:port of their bulk channels, asked anew each time.</param>
internal sealed class HolderLookup(BulkReply replies, Func<IReadOnlyList<string>> coordinators)
{
    private const int LongestListBytes = 64 * 1024;

    /// <summary>Bulk addresses of those who may have it; empty where no coordinator knows any.</summary>
    internal async Task<IReadOnlyList<string>> OfAsync(Digest what, CancellationToken stop)
    {
        foreach (var coordinator in coordinators())
        {
            try
            {
                var json = await replies.AtMostAsync(BulkAddress.Of(coordinator, $"holders/{what.Hex}"), LongestListBytes, stop).ConfigureAwait(false);
                if (JsonSerializer.Deserialize<string[]>(json) is { Length: > 0 } holders)
                {
                    return holders;
                }
            }
            catch (Exception fault) when (fault is BlobLostException or JsonException)
            {
                // The next one may know.
            }
        }

        return [];
    }
}
