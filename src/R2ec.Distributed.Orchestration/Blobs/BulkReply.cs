using System.Net;

namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>Bytes that another node answers with: bounded before anything is allocated, and within a deadline.</summary>
/// <param name="bulk">Client of the bulk channel.</param>
/// <param name="clock">Measures the deadlines.</param>
internal sealed class BulkReply(HttpClient bulk, TimeProvider clock)
{
    private const double SlowestBytesPerSecond = 1_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Exactly so many bytes.</summary>
    /// <param name="from">Where they are.</param>
    /// <param name="length">Their number.</param>
    /// <param name="offset">Where they begin in something larger; null for the whole of it.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="BlobLostException">They did not come, not whole, or too slowly.</exception>
    public Task<byte[]> ExactlyAsync(Uri from, int length, long? offset, CancellationToken stop) => GuardAsync(from, length, async deadline =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, from);
        if (offset is { } begin)
        {
            request.Headers.Range = new(begin, begin + length - 1);
        }

        using var reply = await bulk.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline).ConfigureAwait(false);
        Expect(from, reply, offset is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent);
        if (reply.Content.Headers.ContentLength is { } declared && declared != length)
        {
            throw new BlobLostException($"{from} has {declared} bytes where {length} were named.");
        }

        await using var stream = await reply.Content.ReadAsStreamAsync(deadline).ConfigureAwait(false);
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, deadline).ConfigureAwait(false);
        return await stream.ReadAsync(new byte[1], deadline).ConfigureAwait(false) == 0 ? bytes : throw new BlobLostException($"{from} has more bytes than the {length} that were named.");
    }, stop);

    /// <summary>Bytes whose number is not known, up to a limit.</summary>
    /// <exception cref="BlobLostException">They did not come, too slowly, or are over the limit.</exception>
    public Task<byte[]> AtMostAsync(Uri from, int limit, CancellationToken stop) => GuardAsync(from, limit, async deadline =>
    {
        using var reply = await bulk.GetAsync(from, HttpCompletionOption.ResponseHeadersRead, deadline).ConfigureAwait(false);
        Expect(from, reply, HttpStatusCode.OK);
        await using var stream = await reply.Content.ReadAsStreamAsync(deadline).ConfigureAwait(false);
        using var taken = new MemoryStream();
        var piece = new byte[16 * 1024];
        for (int count; (count = await stream.ReadAsync(piece, deadline).ConfigureAwait(false)) > 0;)
        {
            taken.Write(piece, 0, count);
            if (taken.Length > limit)
            {
                throw new BlobLostException($"{from} has more than {limit} bytes.");
            }
        }

        return taken.ToArray();
    }, stop);

    private static void Expect(Uri from, HttpResponseMessage reply, HttpStatusCode status)
    {
        if (reply.StatusCode != status)
        {
            throw new BlobLostException($"{from} answered {(int)reply.StatusCode}.");
        }
    }

    private async Task<byte[]> GuardAsync(Uri from, int length, Func<CancellationToken, Task<byte[]>> read, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(Patience + TimeSpan.FromSeconds(length / SlowestBytesPerSecond), clock);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            return await read(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!stop.IsCancellationRequested)
        {
            throw new BlobLostException($"{from} did not answer in time.", late);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new BlobLostException($"{from} could not be read: {fault.Message}", fault);
        }
    }
}
