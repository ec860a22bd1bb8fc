using Microsoft.Data.Sqlite;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;

namespace R2ec.Distributed.Orchestration.Tests.Runs;

public sealed class ReplayTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_replay_proves_every_step(int? from)
    {
        using var world = new RunWorld();
        var folder = world.Create();
        var outcome = await world.RunAsync(folder);

        var report = await ReplayAsync(world, folder, from);

        Assert.True(report.IsProved);
        Assert.Equal(outcome.Weights, report.Weights);
        Assert.Equal(from switch { null => new RunPosition(RunStage.Reinforcement, 0), 0 => RunPosition.Start, _ => new RunPosition(RunStage.Reinforcement, 2) }, report.From);
    }

    [Fact]
    public async Task With_checkpoints_and_weights_removed_a_replay_from_nothing_reaches_the_same_weights()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        var outcome = await world.RunAsync(folder);
        Directory.Delete(folder.Checkpoints, recursive: true);
        Directory.Delete(folder.Weights, recursive: true);

        var report = await ReplayAsync(world, folder, 0);

        Assert.True(report.IsProved);
        Assert.Equal(outcome.Weights, report.Weights);
    }

    [Fact]
    public async Task A_replay_names_the_first_step_that_differs()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await world.RunAsync(folder);
        world.Drift = step => step == 3 ? 1e-9 : 0;

        var report = await ReplayAsync(world, folder, 0);

        Assert.Equal(new RunPosition(RunStage.Reinforcement, 3), report.Differs);
        Assert.Equal(new RunPosition(RunStage.Reinforcement, 2), report.To);
    }

    [Fact]
    public async Task A_payload_that_was_changed_by_one_bit_is_refused_by_step_and_digest()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await world.RunAsync(folder);
        var group = world.Facts.OfType<RunEvents.GroupCompleted>().First(fact => fact.Group.Step == 2);
        Bend(folder, group.Payload.Hex);

        var fault = await Assert.ThrowsAsync<InputException>(() => ReplayAsync(world, folder, 0));

        Assert.Contains("step 2", fault.Message, StringComparison.Ordinal);
        Assert.Contains(group.Payload.Brief, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_named_and_the_one_before_it_is_used()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await world.RunAsync(folder);
        var newest = world.Facts.OfType<RunEvents.CheckpointWritten>().Last(fact => fact.Position.Step <= 3);
        File.WriteAllBytes(Path.Combine(folder.Checkpoints, newest.Folder, "policy.bin"), [1, 2, 3, 4, 5, 6, 7, 8]);

        var report = await ReplayAsync(world, folder, 3);

        Assert.True(report.IsProved);
        Assert.Contains(newest.Folder, Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.True(report.From < newest.Position);
    }

    internal static async Task<ReplayReport> ReplayAsync(RunWorld world, RunFolder folder, int? from)
    {
        var options = world.Options(folder);
        return await RunReplay.RunAsync(
            new ReplayOptions { Folder = folder, Spec = options.Spec, Book = options.Book, Learner = options.LearnerEngine(), Gradients = options.GradientEngines[0](), From = from },
            TestContext.Current.CancellationToken);
    }

    private static void Bend(RunFolder folder, string sha256)
    {
        using var payloads = new SqliteConnection($"Data Source={folder.Payloads};Pooling=False");
        payloads.Open();
        using var select = payloads.CreateCommand();
        select.CommandText = $"select content from payload where sha256 = '{sha256}'";
        var bytes = (byte[])select.ExecuteScalar()!;
        bytes[bytes.Length / 2] ^= 0x10;
        using var update = payloads.CreateCommand();
        update.CommandText = $"update payload set content = $content where sha256 = '{sha256}'";
        update.Parameters.AddWithValue("$content", bytes);
        Assert.Equal(1, update.ExecuteNonQuery());
    }
}
