using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace R2ec.Distributed.Node.Api;

/// <summary>Which headers pass a gateway: those of the message, none of the connection and none that tells who the caller is.</summary>
internal static class HttpHeaders
{
    private static readonly FrozenSet<string> Kept =
        new[] { "Authorization", "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade" }
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The request as it is sent on.</summary>
    public static HttpRequestMessage Forward(HttpRequest request, Uri coordinator, byte[] body)
    {
        var sent = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(coordinator, request.Path.ToUriComponent() + request.QueryString.ToUriComponent()));
        if (body.Length > 0)
        {
            sent.Content = new ByteArrayContent(body);
        }

        var named = request.Headers.Connection.SelectMany(h => (h ?? "").Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Headers.Where(h => !Kept.Contains(h.Key) && !named.Contains(h.Key) && !h.Key.StartsWith(':')))
        {
            if (!sent.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                sent.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return sent;
    }

    /// <summary>Streams an answer back.</summary>
    public static async Task ReturnAsync(HttpResponseMessage answer, HttpContext context)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(h => !Kept.Contains(h.Key) && h.Key is not ("Server" or "Date")))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        context.Response.ContentLength = answer.Content.Headers.ContentLength;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
