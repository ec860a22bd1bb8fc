using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// Groups a second through the real dispatcher with instant workers: every bundle is leased for its rollout and for its rewards, every message passes the
/// wire's contract. Reports CPU and bytes for a group, and whether the memory stays flat.
/// </summary>
internal static class Dispatch
{
    private const int OpenBundles = 512, Tenths = 10;
    private const double AllowedGrowthBytes = 16e6;

    /// <summary>0 where the memory stayed flat, else 1.</summary>
    public static async Task<int> RunAsync(int groups, int workers, int bundleGroups)
    {
        var system = ActorSystem.Create("benchmark", "akka.loglevel = WARNING");
        var blobs = new MemoryBlobStore();
        var options = new WorkOptions();
        var dispatcher = system.ActorOf(RolloutDispatcher.Props(new RunId("benchmark"), blobs, options, TimeProvider.System));
        Func<WorkId, TimeSpan> atOnce = _ => TimeSpan.Zero;
        for (var i = 0; i < workers; i++)
        {
            var kind = i % 4 == 3 ? WorkKind.Reward : WorkKind.Rollout;
            system.ActorOf(Props.Create(() => new SimulatedWorker(dispatcher, blobs, options, kind, atOnce)), $"worker-{i}");
        }

        var bundles = (groups + bundleGroups - 1) / bundleGroups;
        var heap = new List<long>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<WorkId, int> onDone = (_, done) =>
        {
            if (done % Math.Max(1, bundles / Tenths) == 0)
            {
                heap.Add(GC.GetTotalMemory(forceFullCollection: true));
            }
        };
        var feed = system.ActorOf(Props.Create(() => new WorkFeed(dispatcher, blobs, WorkKind.Rollout, bundles, OpenBundles, onDone, ended)));
        var (clock, cpu, bytes) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        feed.Tell(new WorkFeed.Begin());
        await ended.Task;
        var (wall, used, allocated) = (clock.Elapsed, Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes() - bytes);
        await system.Terminate();

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{groups} groups in bundles of {bundleGroups}, {workers} workers: {groups / wall.TotalSeconds:F0} groups/s ({bundles / wall.TotalSeconds:F0} bundles/s)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a group: {used.TotalMilliseconds / groups:F4} CPU ms, {(double)allocated / groups:F0} bytes allocated; as if on two cores that do nothing else: {groups / (used.TotalSeconds / 2):F0} groups/s"));
        Console.WriteLine($"heap after each tenth, MB: {string.Join(' ', heap.Select(size => (size / 1e6).ToString("F1", CultureInfo.InvariantCulture)))}; blobs left: {blobs.Count}");
        return blobs.Count == 0 && heap[^1] - heap[0] < AllowedGrowthBytes ? 0 : 1;
    }
}
