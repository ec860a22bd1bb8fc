using System.Runtime.InteropServices;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Core.Sampling;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Compute;
using R2ec.Distributed.Model.Generation;
using R2ec.Distributed.Model.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>Generates chains, encodes items and measures users on a thread of its own.</summary>
public sealed class RolloutEngine(PolicyContext context) : IRolloutEngine
{
    private readonly ComputeThread _thread = new("rollouts", context.Spec.Numerics.Threads);
    private readonly PolicyStage _stage = new(context);
    private SamplingPolicy _policy = new(context);
    private ItemTable? _table;

    /// <inheritdoc/>
    public Digest? Held => Volatile.Read(ref _policy).Digest;

    /// <inheritdoc/>
    public Digest? HeldTable => _table?.Digest;

    /// <inheritdoc/>
    public Task<Digest> LoadPolicyAsync(string path, CancellationToken stop) => _thread.RunAsync(() => _policy.Load(path), stop);

    /// <inheritdoc/>
    public Task StageAsync(PolicyVersion later, string path, CancellationToken stop) => _stage.StageAsync(later, path, stop);

    /// <inheritdoc/>
    public Task<Digest> LoadTableAsync(ReadOnlyMemory<byte> table, CancellationToken stop) => _thread.RunAsync(
        () =>
        {
            _table?.Dispose();
            _table = ItemTable.Of(table.Span, context.Book.ItemCount, (int)context.Config.HiddenSize, context.Device);
            return _table.Digest;
        },
        stop);

    /// <inheritdoc/>
    public Task<byte[]> EncodeAsync(EncodeBundle bundle, CancellationToken stop) => _thread.RunAsync(
        () =>
        {
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            var hidden = GroupedForward.LastHidden(_policy.Backbone, [.. bundle.Items.Select(context.Book.ItemPrompt)]);
            return hidden.to_type(ScalarType.Float32).cpu().contiguous().bytes.ToArray();
        },
        stop);

    /// <inheritdoc/>
    public Task<IReadOnlyList<GroupRollout>> GenerateAsync(RolloutBundle bundle, CancellationToken stop) =>
        _thread.RunAsync(() => Generate(bundle, stop), stop);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MeasuredUser>> MeasureAsync(EvaluationBundle bundle, CancellationToken stop) =>
        _thread.RunAsync(() => Measure(bundle, stop), stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _thread.RunAsync(
            () =>
            {
                _policy.Dispose();
                _table?.Dispose();
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
        await _thread.DisposeAsync().ConfigureAwait(false);
        await _stage.DisposeAsync().ConfigureAwait(false);
    }

    private ItemTable Table() => _table ?? throw new InvalidOperationException("A rollout worker was asked to score before it had an item table.");

    private IReadOnlyList<GroupRollout> Generate(RolloutBundle bundle, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var spec = context.Spec;
        var group = spec.Recpo.GroupSize;
        var seed = (ulong)spec.Seed;
        double Draw(int row, int token) => Chance.Uniform(seed, ChancePurpose.Sampling, bundle.Step, bundle.FirstGroup + (row / group), row % group, token);
        var held = _policy.Digest ?? throw new InvalidOperationException("A rollout worker was asked for work before it had a policy.");
        var writers = new WriterVersions(new PolicyVersion(bundle.Version ?? 0, held));
        if (bundle.Version is not null)
        {
            GoOver(writers, isFirst: true);
        }

        LaterPolicy? Later() => GoOver(writers, isFirst: false) ? new LaterPolicy(writers.Newest.Version, _policy.Backbone) : null;
        var filter = new SamplingFilter(spec.Rollout.Temperature, spec.Rollout.TopK, spec.Rollout.TopP);
        var generator = new ChainGenerator(_policy.Backbone, context.Marker, context.EndOfTurn);
        using var chains = generator.Run(
            [.. bundle.Samples.Select(context.Book.Prompt)], group, spec.Rollout.MaxNewTokens, filter, Draw, stop, bundle.Version is null ? null : Later);
        var digests = Digests(chains.Users_RH, row => bundle.Samples[row / group], spec.Rollout.TopItems);
        return [.. bundle.Samples.Select((sample, g) => writers.Named(new GroupRollout(
            new GroupId(bundle.Step, bundle.FirstGroup + g),
            sample,
            held,
            Table().Digest,
            [.. Enumerable.Range(g * group, group).Select(row => Completed(chains.Rows[row], digests[row], writers))])))];
    }

    // Whether a later version was ready; it is the one held from here on.
    private bool GoOver(WriterVersions writers, bool isFirst)
    {
        if (_stage.TakeLater(writers.Newest.Version, ref _policy) is not { } later)
        {
            return false;
        }

        writers.Add(later, isFirst);
        return true;
    }

    private IReadOnlyList<MeasuredUser> Measure(EvaluationBundle bundle, CancellationToken stop)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var prompts = bundle.Samples.Select(context.Book.Prompt).ToArray();
        if (bundle.Mode == ChainMode.Greedy)
        {
            var generator = new ChainGenerator(_policy.Backbone, context.Marker, context.EndOfTurn);
            using var chains = generator.Run(prompts, 1, context.Spec.Rollout.MaxNewTokens, SamplingFilter.Greedy, (_, _) => 0, stop);
            return Measured(bundle, chains.Users_RH, [.. chains.Rows.Select(row => row.Tokens)], [.. chains.Rows.Select(row => row.WroteMarker)]);
        }

        var given = bundle.Mode == ChainMode.None ? [.. prompts.Select(_ => context.Marker.Ids)] : bundle.Chains!;
        var users = GroupedForward.LastHidden(_policy.Backbone, [.. prompts.Select((prompt, i) => (int[])[.. prompt, .. given[i]])]).to_type(ScalarType.Float32);
        return Measured(bundle, users, given, [.. given.Select(_ => false)]);
    }

    private IReadOnlyList<MeasuredUser> Measured(EvaluationBundle bundle, Tensor users_RH, IReadOnlyList<int[]> chains, bool[] wrote)
    {
        var digests = Digests(users_RH, row => bundle.Samples[row], context.Spec.Rollout.TopItems);
        return [.. bundle.Samples.Select((sample, row) => new MeasuredUser(
            sample, digests[row].Rank, chains[row], wrote[row], context.Tokenizer.Decode(chains[row]), digests[row].TopIds))];
    }

    private Completion Completed(ChainRow row, ScoreDigest digest, WriterVersions writers) => new(
        row.Tokens,
        row.SampledCount,
        row.WroteMarker,
        row.PolicyLogProbabilities,
        row.SamplerLogProbabilities,
        row.MeanEntropy,
        digest.TargetScore,
        digest.Rank,
        digest.LogSumExp,
        digest.TopIds,
        digest.TopScores,
        context.Tokenizer.Decode(row.Tokens),
        writers.Spans(row));

    private ScoreDigest[] Digests(Tensor users_RH, Func<int, SampleId> sampleOf, int top)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var scores = Table().Scores(users_RH, context.Spec.Recpo.ItemTemperature).cpu().contiguous();
        var (rows, width) = ((int)scores.size(0), (int)scores.size(1));
        var values = MemoryMarshal.Cast<byte, float>(scores.bytes);
        var digests = new ScoreDigest[rows];
        for (var row = 0; row < rows; row++)
        {
            var sample = sampleOf(row);
            digests[row] = ScoreDigests.Of(values.Slice(row * width, width), context.Book.Target(sample), context.Book.Seen(sample), top);
        }

        return digests;
    }
}
