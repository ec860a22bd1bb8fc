using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// How near to linear 1 to 64 workers come with engines that only take time: all of one speed and length, and with uneven speeds (half to twice) and
/// log-normal lengths that nobody knows beforehand. Linear is the work done over the sum of the speeds. As a stream: until three quarters are done, as where
/// steps overlap; as a wave: until all are, the end included, where workers wait for the last one.
/// </summary>
internal static class Scaling
{
    private const double Sigma = 0.5;
    private const ulong Seed = 7;
    private static readonly int[] Counts = [1, 2, 4, 8, 16, 32, 64];

    public static async Task RunAsync(int bundlesPerWorker, int milliseconds)
    {
        foreach (var uneven in new[] { false, true })
        {
            Console.WriteLine(uneven ? "uneven speeds, log-normal lengths" : "equal speeds and lengths");
            foreach (var workers in Counts)
            {
                var (stream, wave) = await FractionsAsync(workers, bundlesPerWorker, milliseconds, uneven);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {workers,2} workers: {100 * stream:F1} % of linear as a stream, {100 * wave:F1} % as a wave"));
            }
        }
    }

    private static async Task<(double Stream, double Wave)> FractionsAsync(int workers, int bundlesPerWorker, int milliseconds, bool uneven)
    {
        var system = ActorSystem.Create("benchmark", "akka.loglevel = WARNING");
        var blobs = new MemoryBlobStore();
        var options = new WorkOptions();
        var dispatcher = system.ActorOf(RolloutDispatcher.Props(new RunId("benchmark"), blobs, options, TimeProvider.System));
        double Speed(int worker) => uneven ? Math.Pow(2, (2 * Draw(worker, 0)) - 1) : 1;
        double Length(int bundle) => milliseconds * (uneven ? Math.Exp(Sigma * Normal(bundle)) : 1);
        for (var i = 0; i < workers; i++)
        {
            var speed = Speed(i);
            Func<WorkId, TimeSpan> latency = work => TimeSpan.FromMilliseconds(Length(Number(work)) / speed);
            system.ActorOf(Props.Create(() => new SimulatedWorker(dispatcher, blobs, options, WorkKind.Encode, latency)), $"worker-{i}");
        }

        var bundles = workers * bundlesPerWorker;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (clock, work, stream) = (Stopwatch.StartNew(), 0.0, 0.0);
        var speeds = Enumerable.Range(0, workers).Sum(Speed);
        Action<WorkId, int> onDone = (finished, done) =>
        {
            work += Length(Number(finished));
            stream = done == bundles * 3 / 4 ? work / speeds / clock.Elapsed.TotalMilliseconds : stream;
        };
        var feed = system.ActorOf(Props.Create(() => new WorkFeed(dispatcher, blobs, WorkKind.Encode, bundles, bundles, onDone, ended)));
        clock.Restart();
        feed.Tell(new WorkFeed.Begin());
        await ended.Task;
        var wave = work / speeds / clock.Elapsed.TotalMilliseconds;
        await system.Terminate();
        return (stream, wave);
    }

    private static int Number(WorkId work) => int.Parse(work.Value.AsSpan(work.Value.LastIndexOf('/') + 1), CultureInfo.InvariantCulture);

    // Box and Muller, of two draws.
    private static double Normal(int bundle) => Math.Sqrt(-2 * Math.Log(1 - Draw(bundle, 1))) * Math.Cos(2 * Math.PI * Draw(bundle, 2));

    private static double Draw(int index, int what) => Chance.Uniform(Seed, ChancePurpose.World, what, index, 0, 0);
}
