using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RewardTerms;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>
/// A term whose values come from an HTTP service. A request that fails is sent again after a wait that doubles; of an answer that failed for some
/// completions, only these are asked again. A service that says when it wants to be asked again (Retry-After) is left alone by all requests until then.
/// When a request has spent its budget, its completions have failed, and the others are given up.
/// </summary>
internal sealed class ServiceTerm(RewardTermSpec term, ServiceClient client, IRewardTexts? texts, TimeProvider clock) : ITermSource
{
    private readonly RetryPace _pace = new(TimeSpan.FromSeconds(term.BackoffSeconds));
    private readonly long _began = clock.GetTimestamp();
    private long _notBefore;

    public async Task<IReadOnlyList<TermResult>> ValuesAsync(IReadOnlyList<TermRequest> requests, CancellationToken stop)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var parts = await Task.WhenAll(requests.Chunk(term.Batch).Select(part => PartAsync(part, given, stop))).ConfigureAwait(false);
        var spent = parts.SelectMany(part => part ?? []).OfType<TermResult.Failed>().FirstOrDefault();
        return [.. requests.Chunk(term.Batch).Zip(parts, (asked, part) => part ?? [.. asked.Select(_ => spent!)]).SelectMany(part => part)];
    }

    public void Dispose() => client.Dispose();

    // Null where it was given up because another request had spent its budget.
    private async Task<IReadOnlyList<TermResult>?> PartAsync(TermRequest[] part, CancellationTokenSource given, CancellationToken stop)
    {
        try
        {
            var results = await TriedAsync(part, given.Token).ConfigureAwait(false);
            if (results.Any(result => result is TermResult.Failed))
            {
                await given.CancelAsync().ConfigureAwait(false);
            }

            return results;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<TermResult>> TriedAsync(TermRequest[] part, CancellationToken stop)
    {
        var results = new Dictionary<string, TermResult>(StringComparer.Ordinal);
        var open = part;
        for (var tries = 1; ; tries++)
        {
            await UntilWantedAsync(stop).ConfigureAwait(false);
            var reply = await client.AskAsync(ServiceContracts.Write(term.Name, open, texts), stop).ConfigureAwait(false);
            var asked = Take(reply, open, results, tries);
            open = [.. open.Where(request => results[request.Id] is TermResult.Failed)];
            if (open.Length == 0 || tries > term.Retries)
            {
                return [.. part.Select(request => results[request.Id])];
            }

            if (asked is { } after)
            {
                LeaveAlone(_pace.After(tries, after));
            }
            else
            {
                await WaitAsync(_pace.After(tries, null), stop).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan? Take(ServiceReply reply, TermRequest[] open, Dictionary<string, TermResult> results, int tries)
    {
        var counted = tries == 1 ? "" : $" (try {tries} of {term.Retries + 1})";
        foreach (var request in open)
        {
            results[request.Id] = reply switch
            {
                ServiceReply.Refused refused => new TermResult.Failed(refused.Reason + counted),
                ServiceReply.Answered answered => answered.Results.TryGetValue(request.Id, out var result)
                    ? result is TermResult.Failed failed ? new TermResult.Failed($"{client.Place} failed at it: {failed.Reason}{counted}") : result
                    : new TermResult.Failed($"{client.Place} gave an answer without it{counted}"),
                _ => throw new InvalidOperationException($"No rule for {reply.GetType().Name}."),
            };
        }

        return (reply as ServiceReply.Refused)?.After;
    }

    // A wait that the service asked for holds for every request, those that have not failed included.
    private void LeaveAlone(TimeSpan wait)
    {
        var until = (clock.GetElapsedTime(_began) + wait).Ticks;
        for (var seen = Interlocked.Read(ref _notBefore); seen < until; seen = Interlocked.Read(ref _notBefore))
        {
            Interlocked.CompareExchange(ref _notBefore, until, seen);
        }
    }

    private async Task UntilWantedAsync(CancellationToken stop)
    {
        while (new TimeSpan(Interlocked.Read(ref _notBefore)) - clock.GetElapsedTime(_began) is var left && left > TimeSpan.Zero)
        {
            await WaitAsync(left, stop).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, clock);
        await timer.WaitForNextTickAsync(stop).ConfigureAwait(false);
    }
}
