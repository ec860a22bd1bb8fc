using System.Diagnostics;
using Akka.Actor;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Orchestration.Tests.Journal;

/// <summary>The figures of docs/decisions/0007-postgresql.md.</summary>
[Collection(PostgresForTests.Collection)]
public sealed class PostgresFactsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly int[] Together = [1, 8, 32, 128];

    [Fact(Explicit = true)]
    public async Task Measure_groups_a_second_on_SQLite_and_on_PostgreSQL_in_turn()
    {
        var url = DatabaseUrl.Parse(PostgresForTests.Need().NewDatabase());
        using var world = new RunWorld();
        await using var file = await JournalProcess.StartAsync(world.Create());
        await using var server = await JournalProcess.StartAsync(url);
        var writers = new[] { ("SQLite", (await file.RecoverAsync("entity")).Actor), ("PostgreSQL", (await server.RecoverAsync("entity")).Actor) };
        foreach (var (_, writer) in writers)
        {
            await AppendAsync(writer, 1, 20);
        }

        foreach (var together in Together)
        {
            foreach (var (name, writer) in writers)
            {
                var took = await AppendAsync(writer, together, 200);
                TestContext.Current.TestOutputHelper?.WriteLine(
                    $"{name}, {together} groups a write: {together * took.Count / took.Sum(t => t.TotalSeconds):F0} groups/s, p50 {At(took, 0.5):F1} ms, p99 {At(took, 0.99):F1} ms");
            }
        }
    }

    private static async Task<List<TimeSpan>> AppendAsync(IActorRef writer, int together, int writes)
    {
        var took = new List<TimeSpan>();
        for (var i = 0; i < writes; i++)
        {
            var began = Stopwatch.GetTimestamp();
            Assert.Equal("stored", await writer.Ask<object>(new Writer.Store(together), Limit));
            took.Add(Stopwatch.GetElapsedTime(began));
        }

        return [.. took.Order()];
    }

    private static double At(List<TimeSpan> sorted, double fraction) => sorted[(int)(fraction * (sorted.Count - 1))].TotalMilliseconds;
}
