using System.Collections.Concurrent;
using System.Net;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Tests.World;

/// <summary>The bulk channels of a cluster without sockets: who is no holder here refuses the connection.</summary>
internal sealed class FakeBulk : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, FakeHolder> _holders = new();

    public HttpClient Client => new(this, disposeHandler: false);

    public FakeHolder Add(string address) => _holders[address] = new FakeHolder();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _holders.TryGetValue(request.RequestUri!.Authority, out var holder) ? await holder.AnswerAsync(request, cancellationToken) : throw new HttpRequestException("refused");
}

/// <summary>One node's bulk channel: files and answers by their route, and what it does wrong.</summary>
internal sealed class FakeHolder
{
    private readonly Dictionary<string, byte[]> _answers = [];

    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Called before an answer leaves; may change it, or throw.</summary>
    public Func<HttpRequestMessage, byte[], byte[]> Answering { get; set; } = (_, bytes) => bytes;

    /// <summary>Awaited before anything is answered.</summary>
    public Func<CancellationToken, Task> Hesitating { get; set; } = _ => Task.CompletedTask;

    public FakeHolder Answers(string route, byte[] bytes)
    {
        _answers["/" + route] = bytes;
        return this;
    }

    /// <summary>Serves a file with its chunk manifest.</summary>
    public FakeHolder Serves(string route, byte[] content)
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, content);
        Answers(route + "/manifest", ChunkManifest.Of(path).ToJson());
        File.Delete(path);
        return Answers(route, content);
    }

    public async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken stop)
    {
        Asked.Enqueue($"{request.Method} {request.RequestUri!.AbsolutePath} {request.Headers.Range}".TrimEnd());
        await Hesitating(stop);
        if (!_answers.TryGetValue(request.RequestUri.AbsolutePath, out var bytes))
        {
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        var range = request.Headers.Range?.Ranges.Single();
        var part = range is null ? bytes : bytes[(int)range.From!..((int)range.To! + 1)];
        return new HttpResponseMessage(range is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent) { Content = new ByteArrayContent(Answering(request, part)) };
    }
}
