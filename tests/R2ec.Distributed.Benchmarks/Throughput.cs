using System.Diagnostics;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Sampling;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Generation;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Model.Native;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;
using static TorchSharp.torch;

/// <summary>Tokens a second of a spec's model on this machine: prefill, decoding at several batch sizes, and training forward and backward.</summary>
internal static class Throughput
{
    private const int Repeats = 5;

    public static void Run(string path, string[] sets)
    {
        var spec = RunAssembly.Resolve(SpecFile.Read(path, sets).Sound());
        using var run = RunAssembly.Of(spec, null);
        NativeRuntime.ConfigureThread(spec.Numerics.Threads);
        using var policy = TrainedPolicy.Initial(run.Context);
        using var sampling = policy.Backbone.Merged();
        var prompts = Enumerable.Range(0, 32).Select(i => run.Book.Prompt(new SampleId(i))).ToArray();
        Console.WriteLine($"MKL_CBWR {Environment.GetEnvironmentVariable("MKL_CBWR")}, {spec.Numerics.Threads} thread, prompts of {prompts.Average(p => p.Length):0} tokens");
        foreach (var batch in new[] { 1, 8, 32 })
        {
            var rows = prompts[..batch];
            Report($"prefill, batch {batch}", rows.Sum(row => row.Length), () =>
            {
                using var quiet = no_grad();
                GroupedForward.LastHidden(sampling, rows);
            });
            var tokens = spec.Rollout.MaxNewTokens;
            var generator = new ChainGenerator(sampling, run.Context.Marker, run.Context.EndOfTurn);
            var written = 0;
            var prefill = Median(() =>
            {
                using var quiet = no_grad();
                GroupedForward.LastHidden(sampling, rows);
            });
            var whole = Median(() =>
            {
                using var chains = generator.Run(
                    rows, 1, tokens, new SamplingFilter(1, spec.Rollout.TopK, 1), (row, token) => Chance.Uniform(1, ChancePurpose.Sampling, 1, row, 0, token), CancellationToken.None);
                written = chains.Rows.Sum(row => row.Tokens.Length);
            });
            Console.WriteLine($"decode, batch {batch}: {written / Math.Max(1e-9, (whole - prefill) / 1000):0} tokens/s ({written} tokens)");
        }

        Training(spec.Recpo.GroupSize, run, policy, prompts[..4]);
    }

    private static void Training(int group, RunAssembly run, TrainedPolicy policy, int[][] prompts)
    {
        var chain = run.Teacher.WritesChains ? run.Teacher.Plausible(new SampleId(0), 0, 0) : run.Context.Marker.Ids;
        TrainedGroup[] groups = [.. prompts.Select((_, i) => new TrainedGroup(
            new SampleId(i), [.. Enumerable.Range(0, group).Select(k => new TrainedCompletion(chain, chain.Length, null, k % 2 == 0 ? 1 : -1, 0.01))]))];
        Report($"training, {prompts.Length} prompts x {group} chains", prompts.Sum(p => p.Length) + (prompts.Length * group * chain.Length), () =>
        {
            using var pass = ShardPass.Run(policy.Backbone, groups, prompts, run.Spec.Recpo);
            (pass.TokenPart + pass.Users_RH.sum()).backward();
            policy.ForgetGradients();
        });
    }

    private static void Report(string name, int tokens, Action work) => Console.WriteLine($"{name}: {tokens / (Median(work) / 1000):0} tokens/s");

    private static double Median(Action work)
    {
        Scoped(work);
        var times = Enumerable.Range(0, Repeats).Select(_ => Scoped(work)).Order().ToArray();
        return times[Repeats / 2];
    }

    private static double Scoped(Action work)
    {
        using var scope = NewDisposeScope();
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalMilliseconds;
    }
}
