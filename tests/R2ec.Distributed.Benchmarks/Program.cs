using System.Diagnostics;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Native;
using R2ec.Distributed.Model.Tokenization;

NativeRuntime.Prepare();
var words = Enumerable.Range(0, 300).Select(i => "w" + (char)('a' + i % 26) + (char)('a' + i / 26 % 26) + "q").ToArray();
var texts = Enumerable.Range(0, 50).Select(_ => string.Join(' ', words) + " <answer>").ToArray();
var tokenizer = Tokenizer.FromBytes(BpeTrainer.Train(texts, 726, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], []));
Console.WriteLine($"vocabulary {tokenizer.VocabularySize}");
var spec = new ExperimentSpec
{
    Device = "cpu",
    Model = new ModelSpec { Source = "scratch", Tokenizer = "train" },
    Recpo = new RecPoSpec { Batch = 32, GroupSize = 8, LearningRate = 5e-4, ItemTemperature = 0.05, UnclosedFactor = 0 },
    Rollout = new RolloutSpec { MaxNewTokens = 24, Temperature = 1, TopK = 0, BundleGroups = 32, AppendedMarker = " <answer>" },
};
var book = new RandomBook(tokenizer);
using var context = new PolicyContext(spec, book, tokenizer, new NoTeacher());
if (args.ElementAtOrDefault(0) == "micro") { Micro.Run(context, book); return; }
await using var learner = new LearnerEngine(context);
await using var rollouts = new RolloutEngine(context);
await using var gradients = new GradientEngine(context);
var none = CancellationToken.None;
await learner.InitialiseAsync(none);
await learner.BeginReinforcementAsync(none);
var folder = Path.Combine(Path.GetTempPath(), "bench-weights");
var digest = await learner.PublishAsync(folder, none);
var clock = Stopwatch.StartNew();
var last = TimeSpan.Zero;
double Lap() { var now = Process.GetCurrentProcess().TotalProcessorTime; var t = (now - last).TotalMilliseconds; last = now; return t; }
for (var step = 1; step <= 12; step++)
{
    Lap();
    var path = Path.Combine(folder, $"{digest}.safetensors");
    var held = await rollouts.LoadPolicyAsync(path, none);
    if (held != digest) throw new InvalidOperationException("digest differs");
    var table = new byte[(book.ItemCount + 1) * 64 * 4];
    for (var from = 1; from <= book.ItemCount; from += 48)
    {
        var items = Enumerable.Range(from, Math.Min(48, book.ItemCount - from + 1)).ToArray();
        var rows = await rollouts.EncodeAsync(new EncodeBundle(items), none);
        rows.CopyTo(table, from * 64 * 4);
    }

    await rollouts.LoadTableAsync(table, none);
    var encode = Lap();
    var size = int.Parse(args.ElementAtOrDefault(0) ?? "32");
    List<GroupRollout> groups = [];
    for (var first = 0; first < 32; first += size)
    {
        groups.AddRange(await rollouts.GenerateAsync(new RolloutBundle(step, first, [.. Enumerable.Range(first, size).Select(i => new SampleId(i))]), none));
    }

    var generate = Lap();
    var all = groups.SelectMany(g => g.Completions).ToArray();
    var tokens = all.Sum(c => c.SampledCount);
    var shards = groups.Chunk(8).ToArray();
    List<ShardForward> forwards = [];
    await gradients.LoadPolicyAsync(path, none);
    var load = Lap();
    var targets = groups.Select(g => book.Target(g.Sample)).ToArray();
    var distinct = targets.Distinct().Order().ToArray();
    var seen = new HashSet<int>();
    var rewards = groups.Select(g => Advantages.Of([.. g.Completions.Select(c => 1 / Math.Log2(c.Rank + 1))], AdvantageKind.Grpo)).ToArray();
    var orders = shards.Select((part, s) => new ShardOrder(step, s,
        [.. part.Select((g, i) => new TrainedGroup(g.Sample, [.. g.Completions.Select((c, k) => new TrainedCompletion(c.Tokens, c.SampledCount, null, rewards[(s * 8) + i][k], 1.0 / tokens))]))],
        [.. part.Select(g => book.Target(g.Sample)).Distinct().Where(seen.Add).Order()], false)).ToArray();
    foreach (var order in orders) forwards.Add(await gradients.ForwardAsync(order, none));
    var forward = Lap();
    byte[] users = [.. forwards.SelectMany(f => f.Users)];
    var vectors = orders.Zip(forwards).SelectMany(p => p.First.Items.Select((item, i) => (item, p.Second.Items.AsSpan(i * 256, 256).ToArray()))).OrderBy(p => p.item).SelectMany(p => p.Item2).ToArray();
    var columns = groups.SelectMany(g => Enumerable.Repeat(Array.BinarySearch(distinct, book.Target(g.Sample)), 8)).ToArray();
    var winners = rewards.Select((a, g) => (g * 8) + Advantages.Winners(a, 1)[0]).ToArray();
    var part = await learner.ItemPartAsync(users, vectors, columns, winners, [.. rewards.SelectMany(a => a)], none);
    var item = Lap();
    List<ShardGradient> back = [];
    var row = 0;
    foreach (var (order, f) in orders.Zip(forwards))
    {
        var own = order.Items.SelectMany(i => part.ItemGradients.AsSpan(Array.BinarySearch(distinct, i) * 256, 256).ToArray()).ToArray();
        back.Add(await gradients.BackwardAsync(step, order.Shard, part.UserGradients.AsSpan(row, f.Users.Length).ToArray(), own, none));
        row += f.Users.Length;
    }

    var backward = Lap();
    var done = await learner.ApplyAsync(step, back, none);
    digest = await learner.PublishAsync(folder, none);
    var apply = Lap();
    Console.WriteLine($"step {step}: encode {encode:0} generate {generate:0} load {load:0} forward {forward:0} item {item:0} backward {backward:0} apply {apply:0} ms; {tokens} tokens, closed {all.Count(c => c.WroteMarker)}, norm {done.GradientNorm:0.000} {digest.Brief} rss {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
}

internal sealed class RandomBook(Tokenizer tokenizer) : IPromptBook
{
    public int ItemCount => 144;
    public int FirstSample(Split split) => 0;
    public int SampleCount(Split split) => 32;
    public int[] Prompt(SampleId sample) => [.. Enumerable.Range(0, 70 + (sample.Value % 18)).Select(i => 3 + (((i * 37) + (sample.Value * 101)) % (tokenizer.VocabularySize - 3)))];
    public int[] ItemPrompt(int item) => [.. Enumerable.Range(0, 42).Select(i => 3 + (((i * 31) + (item * 71)) % (tokenizer.VocabularySize - 3))), .. tokenizer.Encode("<answer>")];
    public int Target(SampleId sample) => 1 + (sample.Value * 7 % 144);
    public int[] Seen(SampleId sample) => [1, 2, 3];
    public int User(SampleId sample) => sample.Value;
}

internal sealed class NoTeacher : ITeacher
{
    public bool WritesChains => false;
    public IReadOnlyList<int> TitleTokens => [];
    public int[] Plausible(SampleId sample, int step, int row) => [];
    public int[] Hindsight(SampleId sample, int step, int row) => [];
    public int[] NoisyPrompt(SampleId sample, int step, int row, double drop, double plain, bool withTarget, bool pretrain) => [];
    public int[] NoisyItemPrompt(int item, int step, double plain) => [];
}
