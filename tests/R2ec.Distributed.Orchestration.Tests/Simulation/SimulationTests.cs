using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>
/// The protocol of a run on a network that loses, repeats, delays and reorders, among processes that die, come back and stand still: the product's own
/// coordinator, run, dispatcher, workers and learner, with engines whose bits tell whether anything was done otherwise.
/// </summary>
[Collection(OneMachine.Name)]
public sealed class SimulationTests(OneMachine shared)
{
    private readonly SimMachine _machine = shared.Machine;

    [Theory]
    [InlineData("sync")]
    [InlineData("one-step-off")]
    public void An_undisturbed_run_completes(string mode)
    {
        var (facts, _, ticks) = SimSchedule.Run(_machine, 0, mode, undisturbed: true);

        Assert.IsType<RunEvents.Completed>(facts[^1]);
        Assert.Empty(_machine.Database.Violations);
        Assert.True(ticks < 1000, $"took {ticks} ticks");
    }

    [Fact]
    public void A_seed_has_the_same_messages_delivered_every_time()
    {
        foreach (var seed in Enumerable.Range(1, 6))
        {
            Assert.Equal(SimSchedule.Run(_machine, seed, Mode(seed)).Trace, SimSchedule.Run(_machine, seed, Mode(seed)).Trace);
        }
    }

    [Fact]
    public void No_schedule_breaks_a_rule_and_every_run_ends_once_the_faults_have_stopped() => Check(first: 1, count: 12);

    [Fact]
    [Trait("Category", "Slow")]
    public void No_schedule_of_thousands_breaks_a_rule_and_every_run_ends_once_the_faults_have_stopped() =>
        Check(Number("R2EC_SIMULATION_SEED", 100_000), Number("R2EC_SIMULATION_SCHEDULES", 2000));

    private static int Number(string variable, int otherwise) => Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;

    private static bool IsLearners(string line) => new[] { "Restore", "Train", "Begin", "Save", "LearnerAt", "LearnerFailed", "CheckpointSaved", "kill" }.Any(word => line.Contains(word, StringComparison.Ordinal));

    private static string Mode(int seed) => seed % 3 == 0 ? "one-step-off" : "sync";

    private void Check(int first, int count)
    {
        var (broken, hanging) = (new List<string>(), new List<string>());
        foreach (var seed in Enumerable.Range(first, count))
        {
            var (facts, trace, _) = SimSchedule.Run(_machine, seed, Mode(seed));
            if (SimSchedule.Unsafe(_machine, facts, shared.Undisturbed[Mode(seed)]) is [var wrong, ..])
            {
                broken.Add($"seed {seed}: {wrong}");
            }

            if (facts is not [.., RunEvents.Completed])
            {
                hanging.Add($"seed {seed}: stands after {(facts is [.., var last] ? last : null)}; the last talk with the learner: {string.Join(", ", trace.Where(IsLearners).TakeLast(40))}");
            }
        }

        Assert.True(broken.Count == 0, $"safety, {broken.Count} of {count}: {string.Join('\n', broken.Take(10))}");
        Assert.True(hanging.Count == 0, $"progress, {hanging.Count} of {count}: {string.Join('\n', hanging.Take(10))}");
    }
}
