using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Api;

namespace R2ec.Distributed.Node.Client;

/// <summary>
/// Asks a cluster's API. A cluster that does not answer is asked again until the patience is spent, then <see cref="UnreachableException"/>; what it refuses
/// is an <see cref="InputException"/> with the API's own words.
/// </summary>
internal sealed class ClusterClient : IDisposable
{
    /// <summary>How long a cluster is looked for where nobody said.</summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500), Silence = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;

    /// <summary>A client of a cluster.</summary>
    public ClusterClient(ClusterAccess access, TimeSpan patience, TimeProvider clock)
    {
        (Access, _patience, _clock) = (access, patience, clock);
        _http = new HttpClient(ClusterTrust.Handler(access.Ca)) { BaseAddress = new Uri(access.Api, "api/v1/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>How the cluster is reached.</summary>
    public ClusterAccess Access { get; }

    /// <summary>A JSON value.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken stop)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, stop);
        return await JsonAsync(answer, stop);
    }

    /// <summary>A text.</summary>
    public async Task<string> TextAsync(string path, CancellationToken stop)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, stop);
        return await answer.Content.ReadAsStringAsync(stop);
    }

    /// <summary>Gives an order; the answer's JSON.</summary>
    public async Task<JsonElement> PostAsync(string path, object? body, CancellationToken stop)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, body, stop);
        return await JsonAsync(answer, stop);
    }

    /// <summary>An answer whose body is still to be read; the caller owns it.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, CancellationToken stop) => SendAsync(HttpMethod.Get, path, null, stop);

    /// <summary>An answer whose body is still to be read; null where the cluster has not what is asked for. The caller owns it.</summary>
    public async Task<HttpResponseMessage?> FindAsync(string path, CancellationToken stop)
    {
        var answer = await SendAsync(HttpMethod.Get, path, null, stop, mayLack: true);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        answer.Dispose();
        return null;
    }

    /// <summary>Brings an answer's body into a file, which is replaced. Who sends nothing for a minute is not waited for.</summary>
    public async Task DownloadAsync(string path, string file, CancellationToken stop)
    {
        using var answer = await OpenAsync(path, stop);
        await DownloadAsync(answer, file, stop);
    }

    /// <summary>Brings an answer's body into a file, which is replaced.</summary>
    public async Task DownloadAsync(HttpResponseMessage answer, string file, CancellationToken stop)
    {
        await using var from = await answer.Content.ReadAsStreamAsync(stop);
        await using var to = new FileStream(file, FileMode.Create, FileAccess.Write);
        var piece = new byte[256 * 1024];
        using var silence = new CancellationTokenSource(Silence, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, silence.Token);
        try
        {
            for (int count; (count = await from.ReadAsync(piece, either.Token)) > 0; silence.CancelAfter(Silence))
            {
                await to.WriteAsync(piece.AsMemory(0, count), stop);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {Silence.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body, CancellationToken stop, bool mayLack = false)
    {
        var began = _clock.GetTimestamp();
        using var pause = new PeriodicTimer(Pause, _clock);
        string why;
        do
        {
            (var answer, why) = await TryAsync(method, path, body, mayLack, stop);
            if (answer is not null)
            {
                return answer;
            }
        }
        while (_clock.GetElapsedTime(began) < _patience && await pause.WaitForNextTickAsync(stop));
        throw new UnreachableException($"The cluster at {Access.Api} cannot be reached: {why}");
    }

    private async Task<(HttpResponseMessage? Answer, string Why)> TryAsync(HttpMethod method, string path, object? body, bool mayLack, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(method == HttpMethod.Get ? Access.ReadToken : Access.WriteToken));
        if (body is not null)
        {
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        }

        try
        {
            var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            if (answer.IsSuccessStatusCode || (mayLack && answer.StatusCode == HttpStatusCode.NotFound))
            {
                return (answer, "");
            }

            using (answer)
            {
                var words = await WordsAsync(answer, stop);
                return answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable ? (null, words) : throw new InputException(words);
            }
        }
        catch (HttpRequestException untrusted) when (untrusted.InnerException is AuthenticationException)
        {
            throw new UnreachableException($"The cluster at {Access.Api} is not trusted: its certificate is not of the CA in {Access.Ca}, or not for that name ({untrusted.InnerException.Message}).", untrusted);
        }
        catch (HttpRequestException away)
        {
            return (null, $"{away.Message}. Is it started, and is the address right?");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, "it takes requests and does not answer them.");
        }
    }

    // What the API says, as it is; every fault of a spec on a line of its own.
    private static async Task<string> WordsAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        try
        {
            var said = await JsonAsync(answer, stop);
            var faults = said.TryGetProperty("faults", out var all) ? all.EnumerateArray().Select(f => "\n  " + f.GetProperty("text").GetString()) : [];
            return said.GetProperty("error").GetString() + string.Concat(faults);
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"it answers {(int)answer.StatusCode} {answer.ReasonPhrase} without a reason.";
        }
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer, CancellationToken stop) =>
        await JsonSerializer.DeserializeAsync<JsonElement>(await answer.Content.ReadAsStreamAsync(stop), ApiJson.Form, stop);

    private static string Token(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file}: the token cannot be read: {refused.Message}", refused);
        }
    }
}
