using System.Runtime.InteropServices;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Model.Engines;

namespace R2ec.Distributed.Model.Tests.Engines;

/// <summary>One process's engines of a run, driven as the orchestration drives them, without it.</summary>
internal sealed class ToyRun(PolicyContext context, string folder, int workers = 1) : IAsyncDisposable
{
    public ToyRun(Toy toy, int workers = 1)
        : this(toy.Context, toy.Folder, workers)
    {
    }

    public LearnerEngine Learner { get; } = new(context);

    /// <summary>Steps that a test trained one after the other.</summary>
    public int Steps { get; set; }

    public RolloutEngine Rollouts { get; } = new(context);

    public GradientEngine[] Workers { get; } = [.. Enumerable.Range(0, workers).Select(_ => new GradientEngine(context))];

    /// <summary>Initial policy, no warm start, RL at version 0.</summary>
    public async Task<Digest> BeginAsync()
    {
        await Learner.InitialiseAsync(default);
        return await Learner.BeginReinforcementAsync(default);
    }

    /// <summary>Publishes, loads everywhere, encodes the table, generates, trains.</summary>
    public async Task<OptimizerStep> StepAsync(int step, int prompts = 4, bool measure = false)
    {
        await LoadAsync();
        await EncodeAsync();
        SampleId[] samples = [.. Enumerable.Range(0, prompts).Select(place => new SampleId(((step * prompts) + place) % 24))];
        var groups = await Rollouts.GenerateAsync(new RolloutBundle(step, 0, samples), default);
        return await TrainAsync(step, Trained(groups), measure);
    }

    public async Task<Digest> LoadAsync()
    {
        var digest = await Learner.PublishAsync(Path.Combine(folder, "weights"), default);
        var path = Path.Combine(folder, "weights", $"{digest}.safetensors");
        Assert.Equal(digest, await Rollouts.LoadPolicyAsync(path, default));
        foreach (var worker in Workers)
        {
            Assert.Equal(digest, await worker.LoadPolicyAsync(path, default));
        }

        return digest;
    }

    public async Task<Digest> EncodeAsync()
    {
        var rows = await Rollouts.EncodeAsync(new EncodeBundle([.. Enumerable.Range(1, context.Book.ItemCount)]), default);
        return await Rollouts.LoadTableAsync((byte[])[.. new byte[rows.Length / context.Book.ItemCount], .. rows], default);
    }

    /// <summary>Rewards, advantages and token scales of a step's groups.</summary>
    public static TrainedGroup[] Trained(IReadOnlyList<GroupRollout> groups)
    {
        var tokens = groups.Sum(group => group.Completions.Sum(completion => completion.SampledCount));
        var all = groups.Sum(group => group.Completions.Count);
        return [.. groups.Select(group =>
        {
            var advantages = Advantages.Of(
                [.. group.Completions.Select(c => Rewards.Fused(new ScoreDigest(c.TargetScore, c.Rank, c.LogSumExp, c.TopItems, c.TopScores)))], AdvantageKind.Grpo);
            return new TrainedGroup(group.Sample, [.. group.Completions.Select((c, i) => new TrainedCompletion(
                c.Tokens, c.SampledCount, null, advantages[i], TokenWeights.Of(TokenAggregation.TokenMean, c.SampledCount, Math.Max(1, tokens), all)))]);
        })];
    }

    /// <summary>The two phases over the spec's shards; shard s goes to worker s mod workers.</summary>
    public async Task<OptimizerStep> TrainAsync(int step, TrainedGroup[] groups, bool measure = false) =>
        await Learner.ApplyAsync(step, (await GradientsAsync(step, groups, measure)).Gradients, default);

    public async Task<(ShardForward[] Forwards, ItemPart Item, ShardGradient[] Gradients)> GradientsAsync(int step, TrainedGroup[] groups, bool measure = false)
    {
        var orders = Orders(step, groups, measure);
        var forwards = new ShardForward[orders.Length];
        foreach (var order in orders)
        {
            forwards[order.Shard] = await Worker(order.Shard).ForwardAsync(order, default);
        }

        int[] items = [.. groups.Select(group => context.Book.Target(group.Sample)).Distinct().Order()];
        var (vectors, width) = (new byte[items.Length * Width], Width);
        foreach (var order in orders)
        {
            for (var i = 0; i < order.Items.Count; i++)
            {
                forwards[order.Shard].Items.AsSpan(i * width, width).CopyTo(vectors.AsSpan(Array.IndexOf(items, order.Items[i]) * width));
            }
        }

        var completions = groups.SelectMany(group => group.Completions).ToArray();
        var size = groups[0].Completions.Count;
        int[] columns = [.. completions.Select((_, i) => Array.IndexOf(items, context.Book.Target(groups[i / size].Sample)))];
        int[] winners = [.. groups.SelectMany((group, g) => Advantages.Winners([.. group.Completions.Select(c => c.Advantage)], context.Spec.Recpo.RelabelTopk).Select(w => (g * size) + w))];
        var item = await Learner.ItemPartAsync(
            [.. forwards.SelectMany(forward => forward.Users)], vectors, columns, winners, [.. completions.Select(c => c.Advantage)], default);

        var gradients = new ShardGradient[orders.Length];
        var row = 0;
        foreach (var order in orders)
        {
            var rows = order.Groups.Count * size;
            byte[] own = [.. order.Items.SelectMany(id => item.ItemGradients.AsSpan(Array.IndexOf(items, id) * width, width).ToArray())];
            gradients[order.Shard] = await Worker(order.Shard).BackwardAsync(step, order.Shard, item.UserGradients.AsSpan(row * width, rows * width).ToArray(), own, default);
            row += rows;
        }

        return (forwards, item, gradients);
    }

    /// <summary>Contiguous shards, the first ones larger; an item belongs to the first shard that wants it.</summary>
    public ShardOrder[] Orders(int step, TrainedGroup[] groups, bool measure = false)
    {
        var shards = context.Spec.Learning.Shards;
        HashSet<int> taken = [];
        var from = 0;
        return [.. Enumerable.Range(0, shards).Select(shard =>
        {
            var own = groups.Skip(from).Take((groups.Length / shards) + (shard < groups.Length % shards ? 1 : 0)).ToArray();
            from += own.Length;
            int[] items = [.. own.Select(group => context.Book.Target(group.Sample)).Distinct().Where(taken.Add).Order()];
            return new ShardOrder(step, shard, own, items, measure);
        })];
    }

    /// <summary>The sum over shards, in double.</summary>
    public static double[] Sum(IEnumerable<ShardGradient> gradients) => gradients.Select(gradient => Singles(gradient.Gradient)).Aggregate(
        (total, part) => [.. total.Zip(part, (a, b) => a + b)]);

    public static double[] Singles(byte[] bytes) => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), x => (double)x);

    public async ValueTask DisposeAsync()
    {
        await Rollouts.DisposeAsync();
        await Learner.DisposeAsync();
        foreach (var worker in Workers)
        {
            await worker.DisposeAsync();
        }
    }

    private int Width => (int)context.Config.HiddenSize * sizeof(float);

    private GradientEngine Worker(int shard) => Workers[shard % Workers.Length];
}
