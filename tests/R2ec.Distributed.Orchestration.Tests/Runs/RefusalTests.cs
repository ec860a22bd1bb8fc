using Microsoft.Data.Sqlite;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;

namespace R2ec.Distributed.Orchestration.Tests.Runs;

public sealed class RefusalTests
{
    [Fact]
    public async Task A_second_process_on_a_run_is_told_who_holds_it()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        using var held = RunLock.Take(folder);

        var fault = await Assert.ThrowsAsync<InputException>(() => world.RunAsync(folder));

        Assert.Contains("'small'", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", fault.Message, StringComparison.Ordinal);
        Assert.True(RunLock.IsHeld(folder));
    }

    [Fact]
    public void A_lock_ends_with_its_holder()
    {
        using var world = new RunWorld();
        var folder = world.Create();

        RunLock.Take(folder).Dispose();

        Assert.False(RunLock.IsHeld(folder));
        RunLock.Take(folder).Dispose();
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_and_nothing_is_left_behind()
    {
        using var world = new RunWorld();
        world.Create();

        Assert.Throws<InputException>(() => world.Create());
        Assert.Single(Directory.EnumerateDirectories(world.Runs));
        Assert.Single(RunFolder.All(world.Runs));
    }

    [Fact]
    public async Task Another_data_set_is_refused()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await WholeRunTests.StopAfterAsync(world, folder, fact => fact is RunEvents.BaselinesMeasured);

        var fault = await Assert.ThrowsAsync<InputException>(async () => await RunHost.StartAsync(world.Options(folder) with { Data = Digest.Of("other"u8) }, TestContext.Current.CancellationToken));

        Assert.Contains("data set", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_numerics_are_refused_until_they_are_accepted()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await WholeRunTests.StopAfterAsync(world, folder, fact => fact is RunEvents.BaselinesMeasured);
        var others = world.Options(folder) with { Numerics = new Dictionary<string, string> { ["threads"] = "2" } };

        var fault = await Assert.ThrowsAsync<InputException>(async () => await RunHost.StartAsync(others, TestContext.Current.CancellationToken));
        await using var host = await RunHost.StartAsync(others with { AcceptOtherNumerics = true }, TestContext.Current.CancellationToken);

        Assert.Contains("threads was 1 and is 2 here", fault.Message, StringComparison.Ordinal);
        Assert.Equal(RunPhase.Completed, (await host.Completion.WaitAsync(RunWorld.Limit, TestContext.Current.CancellationToken)).Phase);
    }

    [Theory]
    [InlineData("update journal set manifest = 'run.dreamt.v9' where sequence_number = 2", "newer")]
    [InlineData("update journal set identifier = 7 where sequence_number = 2", "newer")]
    [InlineData("delete from journal where sequence_number = 2", "event 2 is missing")]
    [InlineData("update journal set message = zeroblob(70000) where sequence_number = 2", "limit")]
    [InlineData("update journal set message = x'93c0c0' where sequence_number = 2", "event 2 is damaged")]
    public async Task A_journal_that_is_not_ours_is_refused_by_its_event(string change, string said)
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await WholeRunTests.StopAfterAsync(world, folder, fact => fact is RunEvents.WarmStartAdvanced);
        using (var connection = new SqliteConnection($"Data Source={folder.Journal};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = change;
            command.ExecuteNonQuery();
        }

        var fault = await Assert.ThrowsAsync<InputException>(() => world.RunAsync(folder));

        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        Assert.Contains("journal.db", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_named()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        File.WriteAllText(folder.Journal, new string('x', 5000));

        Assert.Contains("no SQLite file", Assert.Throws<InputException>(() => JournalReader.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_was_left_half_made_is_made_anew()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        using (var connection = new SqliteConnection($"Data Source={folder.Journal};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "create table journal(ordering integer primary key, persistence_id text, sequence_number integer, manifest text, identifier integer, message blob)";
            command.ExecuteNonQuery();
        }

        Assert.Equal(RunPhase.Completed, (await world.RunAsync(folder)).Phase);
        Assert.True(JournalReader.HasFence(folder));
    }

    [Fact]
    public void A_run_whose_folder_alone_stands_is_queued()
    {
        using var world = new RunWorld();
        var folder = world.Create();

        Assert.Equal(RunPhase.Queued, JournalReader.Summary(folder).Phase);
    }
}
