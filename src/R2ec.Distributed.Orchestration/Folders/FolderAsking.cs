using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Folders;

/// <summary>Asks other nodes what they have.</summary>
/// <param name="bulk">Client of the bulk channel.</param>
/// <param name="clock">Measures deadlines.</param>
public sealed class FolderAsking(HttpClient bulk, TimeProvider clock)
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(5);

    private readonly BulkReply _replies = new(bulk, clock);

    /// <summary>Where a named folder's manifest stands on the bulk channel.</summary>
    public static string Route(FolderKind kind, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return $"named/{(kind == FolderKind.Data ? "data" : "models")}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}";
    }

    /// <summary>Whether a node has a folder of this name; false where it does not answer.</summary>
    public async Task<bool> HasAsync(string holder, FolderKind kind, string name, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(Glance, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            using var question = new HttpRequestMessage(HttpMethod.Head, BulkAddress.Of(holder, Route(kind, name)));
            using var answer = await bulk.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or IOException or BlobLostException || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>What a node has under a name; null where it has nothing, does not answer, or answers what cannot be followed.</summary>
    public async Task<FolderManifest?> ManifestAsync(string holder, FolderKind kind, string name, CancellationToken stop)
    {
        try
        {
            return FolderManifest.Parse(await _replies.AtMostAsync(BulkAddress.Of(holder, Route(kind, name)), FolderManifest.LimitBytes, stop).ConfigureAwait(false));
        }
        catch (Exception fault) when (fault is BlobLostException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Bulk addresses of those who may have something, as the coordinators know; empty where none of them answers.</summary>
    public Task<IReadOnlyList<string>> HoldersAsync(Digest what, Func<IReadOnlyList<string>> coordinators, CancellationToken stop) => new HolderLookup(_replies, coordinators).OfAsync(what, stop);
}
