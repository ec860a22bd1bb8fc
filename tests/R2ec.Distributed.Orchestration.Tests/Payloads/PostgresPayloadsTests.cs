using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Orchestration.Tests.Payloads;

[Collection(PostgresForTests.Collection)]
public sealed class PostgresPayloadsTests : IAsyncLifetime
{
    private PostgresForTests _server = null!;
    private PostgresJournal _database = null!;
    private PostgresPayloads _payloads = null!;

    public async ValueTask InitializeAsync()
    {
        _server = PostgresForTests.Need();
        _database = new PostgresJournal(DatabaseUrl.Parse(_server.NewDatabase()));
        await _database.EnsureAsync(TestContext.Current.CancellationToken);
        _payloads = new PostgresPayloads(_database, new RunId("one"));
    }

    public ValueTask DisposeAsync() => _database?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task What_was_put_comes_back_packed_and_unpacked_and_may_be_put_again()
    {
        var (first, second) = (Made(PayloadKind.Group, "first"), Made(PayloadKind.Ranks, "second"));

        await _payloads.PutAsync([first, second]);
        await _payloads.PutAsync([second, Made(PayloadKind.Group, "third")]);

        Assert.Equal("first"u8.ToArray(), await _payloads.ReadAsync(first.Digest, "step 1, group 0"));
        Assert.Equal(second.Packed, await _payloads.FindPackedAsync(second.Digest));
        Assert.Equal(3L, await CountAsync());
    }

    [Fact]
    public async Task A_sweep_removes_the_groups_of_its_steps_that_are_not_kept_and_nothing_else()
    {
        var groups = Enumerable.Range(1, 5).Select(step => Made(PayloadKind.Group, $"group {step}", step)).ToList();
        var others = new[] { Made(PayloadKind.Ranks, "ranks", 2), Made(PayloadKind.Table, "table", 2), Made(PayloadKind.Chains, "chains", 2) };
        await _payloads.PutAsync([.. groups, .. others]);
        var another = new PostgresPayloads(_database, new RunId("two"));
        await another.PutAsync([groups[1]]);

        Assert.Equal(2, await _payloads.SweepAsync(1, 4, [groups[2].Digest]));

        Assert.Equal([groups[0], groups[2], groups[4], .. others], await KeptAsync(_payloads, [.. groups, .. others]));
        Assert.NotNull(await another.FindPackedAsync(groups[1].Digest));
    }

    [Fact]
    public async Task A_payload_of_another_run_is_not_there()
    {
        var payload = Made(PayloadKind.Group, "first");
        await new PostgresPayloads(_database, new RunId("two")).PutAsync([payload]);

        var fault = await Assert.ThrowsAsync<InputException>(() => _payloads.ReadAsync(payload.Digest, "step 3, group 5"));

        Assert.Contains($"Payload {payload.Digest.Brief} of step 3, group 5 is not in the database {_database.Place}", fault.Message, StringComparison.Ordinal);
        Assert.Null(await _payloads.FindPackedAsync(payload.Digest));
    }

    [Fact]
    public async Task One_that_was_changed_is_refused_however_it_is_read()
    {
        var payload = Made(PayloadKind.Group, "first");
        await _payloads.PutAsync([payload]);
        await ExecuteAsync("update payload set content = content || 'x'");

        var fault = await Assert.ThrowsAsync<InputException>(() => _payloads.ReadAsync(payload.Digest, "step 3, group 5"));

        Assert.Contains($"Payload {payload.Digest.Brief} of step 3, group 5 in the database {_database.Place} was changed", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InputException>(() => _payloads.FindPackedAsync(payload.Digest));
    }

    [Fact]
    public async Task Of_item_tables_the_newest_and_the_one_before_it_stay()
    {
        var tables = Enumerable.Range(0, 4).Select(i => Made(PayloadKind.Table, $"table {i}")).ToList();
        var group = Made(PayloadKind.Group, "group");
        await _payloads.PutAsync([group]);
        foreach (var table in tables.Append(tables[3]))
        {
            await _payloads.ReplaceTableAsync(table, 1);
        }

        await _payloads.ReplaceTableAsync(Made(PayloadKind.Table, "table 4"), 1);

        Assert.Null(await _payloads.FindPackedAsync(tables[2].Digest));
        Assert.NotNull(await _payloads.FindPackedAsync(tables[3].Digest));
        Assert.Equal(3L, await CountAsync());
    }

    [Fact]
    public async Task While_the_database_is_stopped_it_is_lost_and_afterwards_the_same_calls_succeed()
    {
        var payload = Made(PayloadKind.Group, "first");
        await _payloads.PutAsync([payload]);
        _server.Stop();
        try
        {
            await Assert.ThrowsAsync<DatabaseLostException>(() => _payloads.PutAsync([payload]));
            await Assert.ThrowsAsync<DatabaseLostException>(() => _payloads.ReadAsync(payload.Digest, "step 1, group 0"));
        }
        finally
        {
            _server.Start();
        }

        await _payloads.PutAsync([payload, Made(PayloadKind.Group, "second")]);
        Assert.Equal(2L, await CountAsync());
    }

    [Fact]
    public async Task Without_tables_it_is_said_who_makes_them()
    {
        await ExecuteAsync("drop table payload");

        var fault = await Assert.ThrowsAsync<InputException>(() => _payloads.PutAsync([Made(PayloadKind.Group, "first")]));

        Assert.Contains("has not the tables of r2ec", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<Payload>> KeptAsync(PostgresPayloads payloads, IReadOnlyList<Payload> all)
    {
        var kept = new List<Payload>();
        foreach (var payload in all)
        {
            if (await payloads.FindPackedAsync(payload.Digest) is not null)
            {
                kept.Add(payload);
            }
        }

        return kept;
    }

    private static Payload Made(PayloadKind kind, string content, int step = 1) => Payload.Of(kind, step, Packed.Pack(System.Text.Encoding.UTF8.GetBytes(content)));

    private async Task<object?> CountAsync()
    {
        await using var command = _database.Source.CreateCommand("select count(*) from payload");
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
