using System.Text.Json.Nodes;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Testing;
using TorchSharp;
using static R2ec.Distributed.Model.Tests.Learning.Goldens;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Learning;

/// <summary>The golden tiny model with what was computed from it, and the product's own classes put together over it.</summary>
internal sealed class Tiny : IDisposable
{
    private const string PeftPrefix = "base_model.model.";

    private Tiny(ScalarType type, bool adapted)
    {
        Type = type;
        Inputs = Read(SharedFolder.Golden("recpo", "tiny", "inputs.json"));
        Expected = Read(SharedFolder.Golden("recpo", "tiny", "expected.json"));
        Values = new SafetensorsReader(SharedFolder.Golden("recpo", "tiny", "expected.safetensors"));
        Base = Backbone.Load(SharedFolder.Golden("recpo", "tiny", "model"), type, CPU);
        Adapter = adapted ? LoraAdapter.Load(SharedFolder.Golden("recpo", "tiny", "adapter"), Base.Config, type, CPU) : null;
        Policy = Adapter is null ? Base : Base.SharingBase(Adapter);
        Tensors = PolicyTensors.Of(Policy);
        ItemPrompts = IntRows(Inputs["items"]);
        Steps = [.. Inputs["steps"]!.AsArray().Select(TinyBatch.Of)];
    }

    public ScalarType Type { get; }

    public JsonNode Inputs { get; }

    public JsonNode Expected { get; }

    public SafetensorsReader Values { get; }

    public Backbone Base { get; }

    public LoraAdapter? Adapter { get; }

    public Backbone Policy { get; }

    public PolicyTensors Tensors { get; }

    /// <summary>Place 0 is item 1.</summary>
    public int[][] ItemPrompts { get; }

    public TinyBatch[] Steps { get; }

    public double Temperature => (double)Expected["tau"]!;

    public static Tiny Open(ScalarType type, bool adapted = true) => new(type, adapted);

    /// <summary>An exported name as the golden files write it.</summary>
    public static string Bare(string name) => name.StartsWith(PeftPrefix, StringComparison.Ordinal) ? name[PeftPrefix.Length..] : name;

    /// <summary>A step's training forward; gradient flows unless the caller forbids it.</summary>
    public TinyPass Forward(TinyBatch batch)
    {
        var completions = batch.Completions;
        var (_, hidden) = GroupedForward.Run(Policy, PaddedRows.Of(batch.Prompts, CPU), PaddedRows.Of(completions, CPU), batch.Group, null);
        var places = completions.SelectMany((row, r) => Enumerable.Range(0, row.Length).Select(t => (r, t))).ToArray();
        var tokens = tensor(places.Select(p => (long)completions[p.r][p.t]).ToArray());
        var log = RecPoLoss.TokenLogProbabilities(Policy.Logits(Gathered.At(hidden, places)), tokens);
        var users = Gathered.At(hidden, completions.Select((row, r) => (r, row.Length)));
        int[] items = [.. batch.Targets.Distinct().Order()];
        var vectors = GroupedForward.LastHidden(Policy, [.. items.Select(item => ItemPrompts[item - 1])]);
        int[] columns = [.. Enumerable.Range(0, completions.Length).Select(row => Array.IndexOf(items, batch.Targets[row / batch.Group]))];
        return new TinyPass(log, users, vectors, items, columns);
    }

    /// <summary>The raw item hidden states of the whole catalogue.</summary>
    public Tensor EncodeCatalogue()
    {
        using var quiet = no_grad();
        return GroupedForward.LastHidden(Policy, ItemPrompts);
    }

    /// <summary>Digests of a step's completions against a table [N, H] of normalised rows, in double precision in the double case.</summary>
    public TinyDigest[] Score(TinyBatch batch, Tensor users_RH, Tensor table_NH)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var scores = nn.functional.linear(RecPoLoss.Normalised(users_RH.detach()), table_NH) / Temperature;
        var (rows, width) = ((int)scores.size(0), (int)scores.size(1));
        var values = Numbers(scores);
        return [.. Enumerable.Range(0, rows).Select(row => Digest(batch, row, values.AsSpan(row * width, width).ToArray()))];
    }

    private TinyDigest Digest(TinyBatch batch, int row, double[] scores)
    {
        var target = batch.Targets[row / batch.Group];
        var seen = batch.Histories[row / batch.Group];
        if (Type == ScalarType.Float32)
        {
            var digest = ScoreDigests.Of([0f, .. scores.Select(score => (float)score)], target, seen, scores.Length);
            return new TinyDigest(digest.TargetScore, digest.Rank, digest.LogSumExp, digest.TopIds, Rewards.Fused(digest, (double)Expected["beta"]!, (int)Expected["ndcg_k"]!));
        }

        var open = Enumerable.Range(1, scores.Length).Where(item => item == target || !seen.Contains(item)).ToArray();
        var best = open.OrderByDescending(item => scores[item - 1]).ThenBy(item => item).ToArray();
        var highest = open.Max(item => scores[item - 1]);
        var lse = highest + Math.Log(open.Sum(item => Math.Exp(scores[item - 1] - highest)));
        var rank = Array.IndexOf(best, target) + 1;
        var beta = (double)Expected["beta"]!;
        var reward = ((1 - beta) * Rewards.Ndcg(rank, (int)Expected["ndcg_k"]!)) + (beta * Math.Exp(scores[target - 1] - lse));
        return new TinyDigest(scores[target - 1], rank, lse, best, reward);
    }

    public void Dispose()
    {
        Tensors.Dispose();
        Adapter?.Dispose();
        if (Adapter is not null)
        {
            Policy.Dispose();
        }

        Base.Dispose();
    }
}

internal sealed record TinyDigest(double TargetScore, int Rank, double LogSumExp, int[] TopIds, double Reward);

/// <summary>One step's inputs.</summary>
internal sealed record TinyBatch(int[][] Prompts, int[][] Completions, int[] Targets, int[][] Histories)
{
    public int Group => Completions.Length / Prompts.Length;

    public int Tokens => Completions.Sum(row => row.Length);

    public static TinyBatch Of(JsonNode? step) =>
        new(IntRows(step!["prompts"]), IntRows(step["completions"]), Ints(step["targets"]), IntRows(step["histories"]));

    /// <summary>The part of these users.</summary>
    public TinyBatch Only(int[] users) => new(
        [.. users.Select(user => Prompts[user])],
        [.. users.SelectMany(user => Completions.Skip(user * Group).Take(Group))],
        [.. users.Select(user => Targets[user])],
        [.. users.Select(user => Histories[user])]);

    /// <summary>One number per completion, repeated for its tokens.</summary>
    public double[] PerToken(double[] perCompletion) => [.. Completions.SelectMany((row, i) => Enumerable.Repeat(perCompletion[i], row.Length))];

    /// <summary>Advantages within each user's group.</summary>
    public double[] AdvantagesOf(double[] rewards) =>
        [.. Enumerable.Range(0, Prompts.Length).SelectMany(user => Advantages.Of(rewards.AsSpan(user * Group, Group), AdvantageKind.Grpo))];

    /// <summary>Winners of all groups.</summary>
    public int[] WinnersOf(double[] advantages, int topk) =>
    [
        .. Enumerable.Range(0, Prompts.Length).SelectMany(user =>
            Advantages.Winners(advantages.AsSpan(user * Group, Group), topk).Select(winner => (user * Group) + winner)),
    ];

    /// <summary>A flat per-token list as rows of completions.</summary>
    public double[][] ByCompletion(double[] flat)
    {
        var at = 0;
        return [.. Completions.Select(row => flat[at..(at += row.Length)])];
    }
}

/// <summary>A training forward: log-probabilities of all tokens in one list, user and item vectors as they come out of the backbone.</summary>
internal sealed record TinyPass(Tensor Log_K, Tensor Users_RH, Tensor Items_MH, int[] Items, int[] Columns);
