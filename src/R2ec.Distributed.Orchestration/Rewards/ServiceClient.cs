using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>
/// One reward service over HTTP: a request with its deadline, an answer of bounded length, at most so many requests under way at once. Follows no redirection, keeps no cookies, uses no proxy, so that a spec's
/// address is where a request goes.
/// </summary>
internal sealed class ServiceClient : IDisposable
{
    private readonly RewardTermSpec _term;
    private readonly Uri _address;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _free;

    internal ServiceClient(RewardTermSpec term, string? token, HttpMessageHandler handler, TimeProvider clock)
    {
        (_term, _address, _clock) = (term, new Uri(term.Url!), clock);
        _free = new SemaphoreSlim(term.InFlight);
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>The address as people may see it: what stands behind a '?' stays out of logs.</summary>
    internal string Place => _address.GetLeftPart(UriPartial.Path);

    public void Dispose()
    {
        _http.Dispose();
        _free.Dispose();
    }

    internal static HttpMessageHandler Handler() => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>Asks once. Whatever goes wrong but a stop is an answer that was refused.</summary>
    internal async Task<ServiceReply> AskAsync(byte[] request, CancellationToken stop)
    {
        await _free.WaitAsync(stop).ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(_term.DeadlineSeconds), _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        try
        {
            return await OnceAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new ServiceReply.Refused($"{Place} gave no whole answer in {_term.DeadlineSeconds} s", null);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new ServiceReply.Refused($"{Place}: {fault.Message}", null);
        }
        catch (Exception fault) when (fault is JsonException or InvalidDataException)
        {
            return new ServiceReply.Refused($"{Place} gave an answer that is of no use: {fault.Message}", null);
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task<ServiceReply> OnceAsync(byte[] request, CancellationToken stop)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(request) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new ServiceReply.Refused($"{Place} answered {(int)response.StatusCode} {response.StatusCode}", Asked(response.Headers.RetryAfter));
        }

        return new ServiceReply.Answered(ServiceContracts.Read(await BoundedAsync(response.Content, stop).ConfigureAwait(false)));
    }

    private TimeSpan? Asked(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? (header?.Date is { } until ? until - _clock.GetUtcNow() : null);
        return wait > TimeSpan.Zero ? wait : null;
    }

    private async Task<byte[]> BoundedAsync(HttpContent content, CancellationToken stop)
    {
        if (content.Headers.ContentLength > _term.AnswerBytes)
        {
            throw new InvalidDataException($"it has {content.Headers.ContentLength} bytes, answer_bytes is {_term.AnswerBytes}");
        }

        using var stream = await content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        using var kept = new MemoryStream();
        var buffer = new byte[16384];
        while (await stream.ReadAsync(buffer, stop).ConfigureAwait(false) is > 0 and var read)
        {
            if (kept.Length + read > _term.AnswerBytes)
            {
                throw new InvalidDataException($"it has more than answer_bytes, {_term.AnswerBytes}");
            }

            kept.Write(buffer, 0, read);
        }

        return kept.ToArray();
    }
}
