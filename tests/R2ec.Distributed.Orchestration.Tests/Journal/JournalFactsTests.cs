using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using LinqToDB.Data;
using Microsoft.Data.Sqlite;
using R2ec.Distributed.Orchestration.Tests.World;

namespace R2ec.Distributed.Orchestration.Tests.Journal;

/// <summary>What docs/decisions/0001-journal.md rests on.</summary>
public sealed class JournalFactsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("", 6)]
    [InlineData("akka.persistence.journal.sql.replay-filter.mode = repair-by-discard-old", 4)]
    public async Task Of_a_run_that_came_back_to_an_earlier_process_nothing_is_lost_with_warn_and_its_last_events_with_the_default(string settings, int replayed)
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await using (var first = await JournalProcess.StartAsync(folder))
        {
            await StoreAsync(first, 2);
            await using (var second = await JournalProcess.StartAsync(folder))
            {
                await StoreAsync(second, 2);
            }

            await StoreAsync(first, 2);
        }

        await using var last = await JournalProcess.StartAsync(folder, settings);

        Assert.Equal(replayed, (await last.RecoverAsync("entity")).Recovered);
    }

    [Fact]
    public async Task Of_two_writers_the_second_is_kept_out_by_the_unique_index()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await using var one = await JournalProcess.StartAsync(folder);
        await using var two = await JournalProcess.StartAsync(folder);
        var (first, _) = await one.RecoverAsync("entity");
        var (second, _) = await two.RecoverAsync("entity");

        Assert.Equal("stored", await first.Ask<string>(new Writer.Store(1), Limit));
        Assert.Contains("UNIQUE", await second.Ask<string>(new Writer.Store(1), Limit), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_batch_of_one_a_unique_violation_stops_its_own_actor_alone()
    {
        using var world = new RunWorld();

        Assert.Equal(19, await StoredBesideAViolationAsync(world, "one", ""));
    }

    [Fact(Explicit = true)]
    public async Task Measure_batches_with_a_violation()
    {
        using var world = new RunWorld();
        Tell($"batch-size 1: {await StoredBesideAViolationAsync(world, "one", "")} of 19 innocent writers stored; 100: {await StoredBesideAViolationAsync(world, "hundred", "akka.persistence.journal.sql.batch-size = 100")}");
    }

    [Fact]
    public async Task The_journal_waits_for_SQLite_on_threads_of_its_own() => Assert.DoesNotContain(true, await InsertsOnPoolAsync(""));

    [Fact(Explicit = true)]
    public async Task Measure_where_the_journal_waits()
    {
        var ours = await InsertsOnPoolAsync("");
        var theirs = await InsertsOnPoolAsync("akka.persistence.journal.sql { materializer-dispatcher = akka.actor.default-dispatcher, plugin-dispatcher = akka.actor.default-dispatcher }");
        Tell($"inserts on pool threads: {ours.Count(pool => pool)} of {ours.Count} with the journal's dispatcher, {theirs.Count(pool => pool)} of {theirs.Count} without");
    }

    private static async Task<IReadOnlyCollection<bool>> InsertsOnPoolAsync(string settings)
    {
        using var world = new RunWorld();
        var onPool = new ConcurrentBag<bool>();
        DataConnection.TurnTraceSwitchOn();
        DataConnection.WriteTraceLine = (text, _, _) =>
        {
            // The trace is the whole process's: other tests keep snapshots meanwhile.
            if (text?.Contains("INSERT", StringComparison.OrdinalIgnoreCase) == true && !text.Contains("snapshot", StringComparison.OrdinalIgnoreCase))
            {
                onPool.Add(Thread.CurrentThread.IsThreadPoolThread);
            }
        };
        try
        {
            await using var process = await JournalProcess.StartAsync(world.Create(), settings);
            for (var i = 0; i < 20; i++)
            {
                await StoreAsync(process, 1);
            }
        }
        finally
        {
            DataConnection.TurnTraceSwitchOn(TraceLevel.Off);
            DataConnection.WriteTraceLine = (_, _, _) => { };
        }

        Assert.NotEmpty(onPool);
        return onPool;
    }

    [Fact(Explicit = true)]
    public async Task Measure_groups_a_second()
    {
        using var world = new RunWorld();
        await using var process = await JournalProcess.StartAsync(world.Create());
        var (writer, _) = await process.RecoverAsync("entity");
        await writer.Ask<string>(new Writer.Store(1), Limit);
        foreach (var together in new[] { 1, 8, 32, 128 })
        {
            var writes = Math.Max(5, 200 / together);
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < writes; i++)
            {
                await writer.Ask<string>(new Writer.Store(together), Limit);
            }

            var took = Stopwatch.GetElapsedTime(began);
            Tell($"{together} groups a write: {writes * together / took.TotalSeconds:F0} groups/s, {took.TotalMilliseconds / writes:F2} ms a write");
        }
    }

    private static async Task StoreAsync(JournalProcess process, int count)
    {
        var (actor, _) = await process.RecoverAsync("entity");
        Assert.Equal("stored", await actor.Ask<string>(new Writer.Store(count), Limit));
        await actor.GracefulStop(Limit);
    }

    private static async Task<int> StoredBesideAViolationAsync(RunWorld world, string name, string settings)
    {
        var folder = world.Create(name);
        await using var process = await JournalProcess.StartAsync(folder, settings);
        var writers = new List<IActorRef>();
        for (var i = 0; i < 20; i++)
        {
            writers.Add((await process.RecoverAsync($"writer-{i}")).Actor);
        }

        await using (var rival = await JournalProcess.StartAsync(folder))
        {
            var (actor, _) = await rival.RecoverAsync("writer-7");
            Assert.Equal("stored", await actor.Ask<string>(new Writer.Store(1), Limit));
        }

        // While another connection holds the file, writes pile up, as they do behind a slow fsync.
        using var busy = new SqliteConnection($"Data Source={folder.Journal};Pooling=False");
        busy.Open();
        using (var hold = busy.BeginTransaction(deferred: false))
        {
            var asked = writers.Select(writer => writer.Ask<string>(new Writer.Store(1), Limit)).ToList();
            await Task.Delay(500, TestContext.Current.CancellationToken);
            hold.Rollback();
            busy.Close();
            return Innocent(await Task.WhenAll(asked));
        }
    }

    private static int Innocent(string[] answers)
    {
        Assert.NotEqual("stored", answers[7]);
        return answers.Count(answer => answer == "stored");
    }

    private static void Tell(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
