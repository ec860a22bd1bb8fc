using System.Diagnostics;
using R2ec.Distributed.Core.Evaluation;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Rewards;
using R2ec.Distributed.Orchestration.Weights;

/// <summary>The run's computation without actors and journal: what the rest of the house costs is the difference.</summary>
internal static class Learn
{
    public static async Task RunAsync(string path, string[] sets)
    {
        var none = CancellationToken.None;
        var spec = RunAssembly.Resolve(SpecFile.Read(path, sets).Spec!);
        using var run = RunAssembly.Of(spec, null);
        var book = run.Book;
        await using var learner = new LearnerEngine(run.Context);
        await using var rollouts = new RolloutEngine(run.Context);
        await using var gradients = new GradientEngine(run.Context);
        var folder = Path.Combine(Path.GetTempPath(), "learn-weights");
        var weights = new FolderWeightStore(folder);
        var clock = Stopwatch.StartNew();
        Console.WriteLine($"{run.Tokenizer.VocabularySize} tokens, {book.ItemCount} items, {book.SampleCount(Split.Train)}/{book.SampleCount(Split.Valid)}/{book.SampleCount(Split.Test)}");
        Console.WriteLine(run.Tokenizer.Decode(book.Prompt(new SampleId(0))));
        Console.WriteLine(run.Tokenizer.Decode(book.ItemPrompt(1)));
        if (run.Teacher.WritesChains)
        {
            Console.WriteLine(run.Tokenizer.Decode(run.Teacher.Plausible(new SampleId(0), 0, 0)) + " | " + run.Tokenizer.Decode(run.Teacher.Hindsight(new SampleId(0), 0, 0)));
        }

        foreach (var (name, m) in await run.Baselines.MeasureAsync(none))
        {
            Console.WriteLine($"{name}: valid {m["valid/ndcg@10"]:0.000} test {m["test/ndcg@10"]:0.000}");
        }

        await learner.InitialiseAsync(none);
        var total = (spec.WarmStart.Pretrain?.Steps ?? 0) + spec.WarmStart.Steps;
        for (var at = 0; at < total;)
        {
            at = Math.Min(at + 25, total);
            var stretch = await learner.WarmStartAsync(at, none);
            Console.WriteLine($"warm {at} {stretch.Weights.Brief} {clock.Elapsed.TotalSeconds:0.0} s " + string.Join(" ", stretch.Metrics.Select(p => $"{p.Key} {p.Value:0.0000}")));
        }

        await learner.BeginReinforcementAsync(none);
        var digest = await learner.PublishAsync(folder, none);
        var hidden = (int)run.Context.Config.HiddenSize;
        async Task Table()
        {
            var table = new byte[(book.ItemCount + 1) * hidden * 4];
            foreach (var part in Enumerable.Range(1, book.ItemCount).Chunk(spec.Rollout.BundleItems))
            {
                (await rollouts.EncodeAsync(new EncodeBundle(part), none)).CopyTo(table, part[0] * hidden * 4);
            }

            await rollouts.LoadTableAsync(table, none);
        }

        async Task Evaluate(int step, Split split, ChainMode mode)
        {
            var samples = MeasuredSamples.Of(book, split, spec.Evaluation.Samples);
            List<MeasuredUser> measured = [];
            foreach (var part in samples.Chunk(spec.Evaluation.BundleUsers))
            {
                measured.AddRange(await rollouts.MeasureAsync(new EvaluationBundle(part, mode, null), none));
            }

            var metrics = RankingMetrics.Of([.. measured.Select(m => m.Rank)]);
            Console.WriteLine($"== {step} {split} {mode}: ndcg@10 {metrics.ByName["ndcg@10"]:0.0000} closed {measured.Count(m => m.WroteMarker) / (double)measured.Count:0.00} {clock.Elapsed.TotalSeconds:0.0} s | {measured[0].Text}");
        }

        async Task Load()
        {
            var held = await rollouts.LoadPolicyAsync(Path.Combine(folder, $"{digest}.safetensors"), none);
            if (held != digest)
            {
                throw new InvalidOperationException("the digest held differs");
            }
        }

        await Load();
        await Table();
        await Evaluate(0, Split.Valid, ChainMode.Greedy);
        await Evaluate(0, Split.Valid, ChainMode.None);
        var trainer = new StepTrainer(spec, book, learner, new LocalShardRunner(gradients, weights));
        var rule = new RewardRule(spec.Recpo);
        var (count, batch) = (book.SampleCount(Split.Train), spec.Recpo.Batch);
        for (var step = 1; step <= spec.Recpo.Steps; step++)
        {
            var began = clock.Elapsed;
            var perEpoch = Math.Max(1, count / batch);
            var order = Chance.Permutation((ulong)spec.Seed, ChancePurpose.PromptOrder, (step - 1) / perEpoch, count);
            SampleId[] samples = [.. Enumerable.Range((step - 1) % perEpoch * batch, batch).Select(i => new SampleId(order[i % count]))];
            if ((step - 1) % spec.Recpo.RefreshEvery == 0)
            {
                await Table();
            }

            List<ScoredGroup> groups = [];
            var first = 0;
            foreach (var part in samples.Chunk(spec.Rollout.BundleGroups))
            {
                groups.AddRange((await rollouts.GenerateAsync(new RolloutBundle(step, first, part), none)).Select(g => ((ScoringResult.Scored)rule.Score(g)).Group));
                first += part.Length;
            }

            var sampled = clock.Elapsed;
            var trained = await trainer.TrainAsync(step, digest, groups, none);
            digest = await learner.PublishAsync(folder, none);
            await Load();
            if (step % 10 == 0)
            {
                Console.WriteLine($"step {step} sample {(sampled - began).TotalMilliseconds:0} train {(clock.Elapsed - sampled).TotalMilliseconds:0} ms " + string.Join(" ", trained.Metrics.Select(p => $"{p.Name} {p.Value:0.000}")));
            }

            if (step % spec.Evaluation.Every == 0 || step == spec.Recpo.Steps)
            {
                await Table();
                await Evaluate(step, Split.Valid, ChainMode.Greedy);
            }
        }

        await Evaluate(spec.Recpo.Steps, Split.Test, ChainMode.Greedy);
        await Evaluate(spec.Recpo.Steps, Split.Valid, ChainMode.None);
        Console.WriteLine($"{digest} in {clock.Elapsed.TotalSeconds:0.0} s, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
    }
}
