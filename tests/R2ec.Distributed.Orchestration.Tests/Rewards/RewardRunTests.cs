using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Tests.Rewards;

public sealed class RewardRunTests
{
    private static readonly RewardTermSpec Brevity = new() { Name = "brevity", Kind = "length", Weight = 0.5, MostTokens = 6 };
    private static readonly RewardTermSpec Form = new() { Name = "form", Kind = "format", Pattern = @"(\d+ ){2,3}1", Rejects = true };

    [Fact]
    public async Task Terms_count_in_the_reward_and_stand_in_payloads_and_metrics()
    {
        using var world = new RunWorld { Spec = With(Brevity, Form) };
        var folder = world.Create();

        Assert.Equal(RunPhase.Completed, (await world.RunAsync(folder)).Phase);

        var trained = File.ReadAllLines(folder.Metrics).Where(line => line.Contains("\"train\"", StringComparison.Ordinal)).ToList();
        Assert.All(trained, line => Assert.Contains("\"reward/brevity/mean\":", line, StringComparison.Ordinal));
        Assert.All(trained, line => Assert.Contains("\"reward/form/rejected_fraction\":", line, StringComparison.Ordinal));
        var rewards = (await GroupsAsync(world, folder)).SelectMany(group => group.Rewards.Zip(group.Rollout.Completions, (reward, chain) => (Reward: reward, Chain: chain))).ToList();
        Assert.All(rewards, pair => Assert.Equal(["brevity", "form"], pair.Reward.Terms!.Select(term => term.Name)));
        Assert.Contains(rewards, pair => pair.Reward.Terms![1].IsRejected);
        Assert.All(rewards, pair => Assert.Equal(pair.Reward.Terms![1].IsRejected ? -1 : Expected(pair.Chain.SampledCount, pair.Reward), pair.Reward.Reward, 12));

        double Expected(int tokens, CompletionReward reward) =>
            ((1 - world.Spec.Recpo.Beta) * reward.RankPart) + (world.Spec.Recpo.Beta * reward.SimilarityPart) + (0.5 * (1 - Math.Clamp(tokens / 6.0, 0, 1))) + 1;
    }

    [Fact]
    public async Task Terms_change_what_is_learned_and_any_number_of_workers_learns_the_same()
    {
        using var plain = new RunWorld();
        using var one = new RunWorld { Spec = With(Brevity) };
        using var three = new RunWorld { Spec = With(Brevity), Workers = 3 };

        var without = await plain.RunAsync(plain.Create());
        var alone = await one.RunAsync(one.Create());
        var together = await three.RunAsync(three.Create());

        Assert.NotEqual(without.Weights, alone.Weights);
        Assert.Equal(alone.Weights, together.Weights);
    }

    [Fact]
    public async Task A_service_that_fails_pauses_the_run_with_its_reason_and_once_it_is_mended_nothing_is_different()
    {
        var mended = true;
        await using var service = await RewardService.StartAsync((context, request, _) =>
        {
            context.Response.StatusCode = mended ? 200 : 500;
            return RewardService.AnswerAsync(context, request, completion => $"\"score\": 0.{completion.GetProperty("tokens")}");
        });
        var spec = With(new RewardTermSpec { Name = "judge", Kind = "service", Url = service.Url, Retries = 1, BackoffSeconds = 0.01, Batch = 3 });
        using var whole = new RunWorld { Spec = spec };
        var undisturbed = await whole.RunAsync(whole.Create());
        using var world = new RunWorld { Spec = spec };
        var folder = world.Create();
        world.OnFact = fact => mended = fact is not RunEvents.StepTrained { Step: 2 } && mended;

        var paused = await world.RunAsync(folder);
        (mended, world.OnFact) = (true, null);
        var resumed = await world.RunAsync(folder);

        Assert.Equal(RunPhase.Paused, paused.Phase);
        Assert.Contains("reward term judge", paused.Reason, StringComparison.Ordinal);
        Assert.Contains("answered 500", paused.Reason, StringComparison.Ordinal);
        Assert.Equal((RunPhase.Completed, undisturbed.Weights), (resumed.Phase, resumed.Weights));
        Assert.All(await GroupsAsync(world, folder), group => Assert.All(group.Rewards, reward => Assert.True(reward.Terms!.Single().Value > 0)));
    }

    private static ExperimentSpec With(params RewardTermSpec[] terms) => RunWorld.Small() with { Rewards = new RewardsSpec { RejectedReward = -1, Terms = terms } };

    private static async Task<IReadOnlyList<ScoredGroup>> GroupsAsync(RunWorld world, RunFolder folder)
    {
        await using var payloads = await PayloadStore.OpenReadOnlyAsync(folder);
        var groups = new List<ScoredGroup>();
        foreach (var fact in world.Facts.OfType<RunEvents.GroupCompleted>())
        {
            groups.Add(BlobContracts.Read<ScoredGroup>(await payloads.ReadAsync(fact.Payload, fact.Group.ToString())));
        }

        return groups;
    }
}
