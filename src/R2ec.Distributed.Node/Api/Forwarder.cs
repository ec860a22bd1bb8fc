using System.Net;
using Microsoft.AspNetCore.Http;

namespace R2ec.Distributed.Node.Api;

/// <summary>
/// Finds the coordinator that is active: the one that answered last, then the others, round after round. Every call of the API may be made twice, so a call
/// whose answer was lost is made again.
/// </summary>
internal sealed class Forwarder(GatewayOptions options)
{
    private volatile int _last;

    /// <summary>The answer of the active coordinator, its body not yet read; null where none answered in time. The caller owns it.</summary>
    public async Task<HttpResponseMessage?> SendAsync(HttpRequest request, byte[] body, CancellationToken stop)
    {
        var began = options.Clock.GetTimestamp();
        using var pause = new PeriodicTimer(options.Pause, options.Clock);
        do
        {
            var first = _last;
            for (var turn = 0; turn < options.Coordinators.Count; turn++)
            {
                var index = (first + turn) % options.Coordinators.Count;
                if (await AskAsync(options.Coordinators[index], request, body, stop) is { } answer)
                {
                    _last = index;
                    return answer;
                }
            }
        }
        while (options.Clock.GetElapsedTime(began) < options.Patience && await pause.WaitForNextTickAsync(stop));
        return null;
    }

    private async Task<HttpResponseMessage?> AskAsync(Uri coordinator, HttpRequest request, byte[] body, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(options.OneTry, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        using var sent = HttpHeaders.Forward(request, coordinator, body);
        try
        {
            var answer = await options.Client.SendAsync(sent, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || !answer.Headers.Contains(ApiAnswers.Standby))
            {
                return answer;
            }

            answer.Dispose();
            return null;
        }
        catch (Exception away) when (away is HttpRequestException or IOException || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }
}
