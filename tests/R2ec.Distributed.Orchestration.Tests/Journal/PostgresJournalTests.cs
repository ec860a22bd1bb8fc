using Akka.Actor;
using Akka.Persistence;
using Npgsql;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.Wire;
using R2ec.Distributed.Orchestration.Wire;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Orchestration.Tests.Journal;

[Collection(PostgresForTests.Collection)]
public sealed class PostgresJournalTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly RunId Run = new("one");
    private PostgresForTests _server = null!;
    private DatabaseUrl _url = null!;
    private PostgresJournal _journal = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _server = PostgresForTests.Need();
        _url = DatabaseUrl.Parse(_server.NewDatabase());
        _journal = new PostgresJournal(_url);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _journal?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Events_of_every_kind_come_back_as_an_actor_stored_them()
    {
        var facts = EventContracts.All.Select(contract => (IRunEvent)Samples.Of(contract.Type)).ToList();
        await using (var process = await JournalProcess.StartAsync(_url))
        {
            await StoreAsync(process, Samples.Run, facts);
            Assert.True(await _journal.HasFenceAsync(Stop));
        }

        await using var next = await JournalProcess.StartAsync(_url);

        Assert.Equal(facts.Count, (await next.RecoverAsync(Samples.Run.Value)).Recovered);
        Assert.Equal(facts.Select(Bytes), (await _journal.ReadAsync(Samples.Run, 0, Stop)).Select(Bytes));
        Assert.Equal(facts.Skip(3).Select(Bytes), (await _journal.ReadAsync(Samples.Run, 3, Stop)).Select(Bytes));
    }

    [Fact]
    public async Task Runs_are_listed_in_the_order_of_their_first_events_and_a_new_database_has_none()
    {
        Assert.Empty(await _journal.RunsAsync(Stop));
        Assert.Empty(await _journal.ReadAsync(Run, 0, Stop));
        Assert.False(await _journal.HasFenceAsync(Stop));

        await using var process = await JournalProcess.StartAsync(_url);
        foreach (var run in new[] { "zebra", "one", "zebra", "ant" })
        {
            await StoreAsync(process, new RunId(run), Facts(new RunId(run), 1));
        }

        Assert.Equal(["zebra", "one", "ant"], (await _journal.RunsAsync(Stop)).Select(run => run.Value));
    }

    [Theory]
    [InlineData("", 6)]
    [InlineData("akka.persistence.journal.sql.replay-filter.mode = repair-by-discard-old", 4)]
    public async Task Of_a_run_that_came_back_to_an_earlier_process_nothing_is_lost_with_warn_and_its_last_events_with_the_default(string settings, int replayed)
    {
        await using (var first = await JournalProcess.StartAsync(_url))
        {
            await StoreAsync(first, Run, Facts(Run, 2));
            await using (var second = await JournalProcess.StartAsync(_url))
            {
                await StoreAsync(second, Run, Facts(Run, 2));
            }

            await StoreAsync(first, Run, Facts(Run, 2));
        }

        await using var last = await JournalProcess.StartAsync(_url, settings);

        Assert.Equal(replayed, (await last.RecoverAsync(Run.Value)).Recovered);
    }

    [Fact]
    public async Task Of_two_writers_the_second_meets_a_unique_violation_and_the_first_event_stands_alone()
    {
        await using var one = await JournalProcess.StartAsync(_url);
        await using var two = await JournalProcess.StartAsync(_url);
        var (first, _) = await one.RecoverAsync(Run.Value);
        var (second, _) = await two.RecoverAsync(Run.Value);

        Assert.Equal("stored", await first.Ask<object>(new Writer.Facts([Paused("first")]), Limit));
        var fault = Assert.IsAssignableFrom<Exception>(await second.Ask<object>(new Writer.Facts([Paused("second")]), Limit));

        Assert.Equal(DatabaseFault.UniqueViolation, DatabaseFaults.Classify(fault));
        Assert.Equal("first", Assert.IsType<RunEvents.Paused>(Assert.Single(await _journal.ReadAsync(Run, 0, Stop))).Reason);
    }

    [Fact]
    public async Task Coordinators_that_start_together_on_an_empty_database_all_come_up()
    {
        var processes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => JournalProcess.StartAsync(_url), Stop)));
        var stored = await Task.WhenAll(processes.Select((process, i) => StoreAsync(process, new RunId($"run{i}"), Facts(new RunId($"run{i}"), 1))));

        Assert.Equal(3, stored.Length);
        Assert.True(await _journal.HasFenceAsync(Stop));
        await Task.WhenAll(processes.Select(process => process.DisposeAsync().AsTask()));
    }

    [Theory]
    [InlineData("delete from journal where sequence_number = 2", "event 2 is missing, event 3 follows")]
    [InlineData("update journal set manifest = 'run.dreamed.v9' where sequence_number = 2", "event 2 is a 'run.dreamed.v9', which this version does not know")]
    [InlineData("update journal set identifier = 1 where sequence_number = 2", "event 2 is a 'run.interrupted.v1', which this version does not know")]
    [InlineData("update journal set message = decode(repeat('00', 65537), 'hex') where sequence_number = 2", "event 2 (run.interrupted.v1) has 65537 bytes, the limit of a frame is 65536")]
    [InlineData("update journal set message = 'x' where sequence_number = 2", "event 2 is damaged")]
    public async Task A_journal_that_was_changed_is_refused_by_the_event(string change, string message)
    {
        await using (var process = await JournalProcess.StartAsync(_url))
        {
            await StoreAsync(process, Run, Facts(Run, 3));
        }

        await ExecuteAsync(change);

        var fault = await Assert.ThrowsAsync<InputException>(() => _journal.ReadAsync(Run, 0, Stop));

        Assert.Contains($"Run one in the database {_url.Place}: {message}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_unique_index_the_journal_has_no_fence_until_the_plugin_starts_again()
    {
        await using (var process = await JournalProcess.StartAsync(_url))
        {
            await StoreAsync(process, Run, Facts(Run, 1));
        }

        Assert.True(await _journal.HasFenceAsync(Stop));
        await ExecuteAsync("alter table journal drop constraint journal_uq");

        Assert.False(await _journal.HasFenceAsync(Stop));
        await using var next = await JournalProcess.StartAsync(_url);
        Assert.Equal(1, (await next.RecoverAsync(Run.Value)).Recovered);
        Assert.True(await _journal.HasFenceAsync(Stop));
    }

    [Fact]
    public async Task A_journal_with_events_and_without_its_unique_index_is_refused_with_the_remedy_and_taken_again_once_it_is_mended()
    {
        await _journal.RequireFenceAsync(Stop);
        await using (var process = await JournalProcess.StartAsync(_url))
        {
            await _journal.RequireFenceAsync(Stop);
            await StoreAsync(process, Run, Facts(Run, 1));
        }

        await _journal.RequireFenceAsync(Stop);
        await ExecuteAsync("alter table journal drop constraint journal_uq");

        var fault = await Assert.ThrowsAsync<InputException>(() => _journal.RequireFenceAsync(Stop));

        Assert.Contains(_url.Place, fault.Message, StringComparison.Ordinal);
        await ExecuteAsync(fault.Message.Split("again: ")[1].TrimEnd('.'));
        await _journal.RequireFenceAsync(Stop);
    }

    [Fact]
    public async Task The_tables_are_made_once_also_by_several_at_a_time()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _journal.EnsureAsync(Stop)));
        await ExecuteAsync("insert into payload(run, sha256, kind, step, length, content) values ('one', 'a', 0, 0, 0, '')");

        await _journal.EnsureAsync(Stop);

        await using var count = _journal.Source.CreateCommand("select (select count(*) from payload) + (select count(*) from r2ec_schema)");
        Assert.Equal(2L, await count.ExecuteScalarAsync(Stop));
    }

    // What the plugin would make of a later version may differ: then the migrations have to follow.
    [Fact]
    public async Task The_plugins_tables_are_made_as_it_would_make_them()
    {
        var other = DatabaseUrl.Parse(_server.NewDatabase());
        await using var plugins = new PostgresJournal(other);
        await using (var process = await JournalProcess.StartAsync(other))
        {
            await StoreAsync(process, Run, Facts(Run, 1));
            await PostgresSnapshotTests.KeptAsync(process, Run, 1);
        }

        await _journal.EnsureAsync(Stop);

        var theirs = await ShapeAsync(plugins);
        Assert.Contains(theirs, line => line.StartsWith("snapshot sequence_number", StringComparison.Ordinal));
        Assert.Equal(theirs, await ShapeAsync(_journal));

        // An earlier version left them to the plugin.
        await plugins.EnsureAsync(Stop);
        Assert.Equal(theirs, await ShapeAsync(plugins));
        Assert.Single(await plugins.ReadAsync(Run, 0, Stop));
    }

    [Fact]
    public async Task Coordinators_that_start_together_on_an_empty_database_meet_no_error()
    {
        var journals = Enumerable.Range(0, 4).Select(_ => new PostgresJournal(_url)).ToList();
        var runs = Enumerable.Range(0, 4).Select(i => new RunId($"run{i}")).ToList();
        var before = _server.Errors().Count;

        await Task.WhenAll(runs.Zip(journals, (run, journal) => Task.Run(
            async () =>
            {
                await journal.EnsureAsync(Stop);
                await using var process = await JournalProcess.StartAsync(_url);
                await StoreAsync(process, run, Facts(run, 1));
                await PostgresSnapshotTests.KeptAsync(process, run, 1);
            },
            Stop)));

        Assert.Equal([], _server.Errors().Skip(before));
        Assert.Equal(4, (await _journal.RunsAsync(Stop)).Count);
        await Task.WhenAll(journals.Select(journal => journal.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Tables_of_a_newer_version_are_refused()
    {
        await _journal.EnsureAsync(Stop);
        await ExecuteAsync("update r2ec_schema set version = 99");

        var fault = await Assert.ThrowsAsync<InputException>(() => _journal.EnsureAsync(Stop));

        Assert.Contains("has tables of version 99", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_stops_in_a_write_is_out_of_reach_and_once_it_is_back_the_write_is_stored()
    {
        await _journal.EnsureAsync(Stop);
        await using var process = await JournalProcess.StartAsync(_url);
        var (writer, _) = await process.RecoverAsync(Run.Value);
        Assert.Equal("stored", await writer.Ask<object>(new Writer.Facts(Facts(Run, 1)), Limit));

        // The write waits behind this lock when the server is stopped.
        await using var holder = new NpgsqlConnection(_url.ConnectionString);
        await holder.OpenAsync(Stop);
        await using var hold = await holder.BeginTransactionAsync(Stop);
        await using (var take = new NpgsqlCommand("lock table journal in access exclusive mode", holder))
        {
            await take.ExecuteNonQueryAsync(Stop);
        }

        var asked = writer.Ask<object>(new Writer.Facts(Facts(Run, 1)), Limit);
        await WaitForLockAsync();
        _server.Stop();
        try
        {
            var fault = Assert.IsAssignableFrom<Exception>(await asked);
            Assert.Equal(DatabaseFault.Unreachable, DatabaseFaults.Classify(fault));
            var read = await Assert.ThrowsAsync<DatabaseLostException>(() => _journal.ReadAsync(Run, 0, Stop));
            Assert.Contains(_url.Place, read.Message, StringComparison.Ordinal);
        }
        finally
        {
            _server.Start();
        }

        Assert.Single(await _journal.ReadAsync(Run, 0, Stop));
        var (again, recovered) = await RecoverAgainAsync(process);
        Assert.Equal(1, recovered);
        Assert.Equal("stored", await again.Ask<object>(new Writer.Facts(Facts(Run, 1)), Limit));
        Assert.Equal(2, (await _journal.ReadAsync(Run, 0, Stop)).Count);
    }

    internal static async Task<object> StoreAsync(JournalProcess process, RunId run, IReadOnlyList<IRunEvent> facts)
    {
        var (actor, _) = await process.RecoverAsync(run.Value);
        var answer = await actor.Ask<object>(new Writer.Facts(facts), Limit);
        Assert.Equal("stored", answer);
        await actor.GracefulStop(Limit);
        return answer;
    }

    private static RunEvents.Paused Paused(string reason) => new(Run, reason, DateTimeOffset.UnixEpoch);

    private static List<IRunEvent> Facts(RunId run, int count) => [.. Enumerable.Range(0, count).Select(_ => new RunEvents.Interrupted(run, DateTimeOffset.UnixEpoch))];

    private static string Bytes(IRunEvent fact) => Convert.ToHexString(WireContracts.Of(fact.GetType())!.Write(fact));

    // A recovery that met a dead connection of the pool ends its actor; the next one meets the next.
    private static async Task<(IActorRef Actor, int Recovered)> RecoverAgainAsync(JournalProcess process)
    {
        for (var left = 10; ; left--)
        {
            try
            {
                return await process.RecoverAsync(Run.Value, TimeSpan.FromSeconds(15));
            }
            catch (AskTimeoutException) when (left > 0)
            {
            }
        }
    }

    private async Task WaitForLockAsync()
    {
        await using var watch = _journal.Source.CreateCommand("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()");
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((long)(await watch.ExecuteScalarAsync(Stop))! == 0)
        {
            await pace.WaitForNextTickAsync(Stop);
        }
    }

    private static async Task<IReadOnlyList<string>> ShapeAsync(PostgresJournal journal)
    {
        await using var command = journal.Source.CreateCommand(
            """
            select concat_ws(' ', table_name, column_name, data_type, is_nullable, is_identity, identity_generation) from information_schema.columns where table_schema = 'public' and table_name in ('journal', 'tags', 'snapshot')
            union all select indexdef from pg_indexes where schemaname = 'public' and tablename in ('journal', 'tags', 'snapshot')
            order by 1
            """);
        await using var rows = await command.ExecuteReaderAsync(Stop);
        var shape = new List<string>();
        while (await rows.ReadAsync(Stop))
        {
            shape.Add(rows.GetString(0));
        }

        return shape;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _journal.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
