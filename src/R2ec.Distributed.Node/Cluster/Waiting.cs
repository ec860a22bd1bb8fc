namespace R2ec.Distributed.Node.Cluster;

/// <summary>Waits for what no one announces: processes of others, files, ports.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    /// <summary>Looks again and again until it holds; false where the limit is reached first.</summary>
    public static Task<bool> UntilAsync(Func<bool> holds, TimeSpan limit, TimeProvider clock, CancellationToken stop = default) =>
        UntilAsync(() => Task.FromResult(holds()), limit, clock, stop);

    /// <summary>Looks again and again until it holds; false where the limit is reached first.</summary>
    public static async Task<bool> UntilAsync(Func<Task<bool>> holds, TimeSpan limit, TimeProvider clock, CancellationToken stop = default)
    {
        var began = clock.GetTimestamp();
        using var timer = new PeriodicTimer(Glance, clock);
        while (!await holds())
        {
            if (clock.GetElapsedTime(began) >= limit)
            {
                return false;
            }

            await timer.WaitForNextTickAsync(stop);
        }

        return true;
    }
}
