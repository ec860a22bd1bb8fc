using Akka.Actor;
using R2ec.Distributed.Core.Evaluation;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Scheduling;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Evaluation;

/// <summary>
/// Has a policy measured on the users of the validation and, at the first and the last evaluation, the test split, with both controls: without a chain,
/// and with other users' chains, which takes a second round, since those chains come from the first. One order at a time; the newest wins.
/// </summary>
public sealed class Evaluator : WireActor
{
    private const int KeptChains = 64;

    private readonly RunServices _services;
    private readonly IActorRef _dispatcher;
    private readonly RunPlan _plan;
    private readonly CancellationTokenSource _stopping = new();
    private Round? _current;

    /// <summary>A run's evaluator.</summary>
    public Evaluator(RunServices services, RunPlan plan, IActorRef dispatcher)
    {
        _services = services;
        _plan = plan;
        _dispatcher = dispatcher;
        Receive<MeasuringProtocol.Evaluate>(OnEvaluate);
        Receive<WorkProtocol.WorkFinished>(OnFinished);
        Receive<WorkProtocol.WorkExhausted>(m => Fail(m.Reason, m.IsInput));
        Receive<MeasuringProtocol.Cancel>(_ => _current = null);
        Receive<Measured>(OnMeasured);
        Receive<Evaluated>(OnEvaluated);
        Receive<Faulted>(m => Fail(m.Reason, m.IsInput));
    }

    /// <summary>How it is made.</summary>
    public static Props Props(RunServices services, RunPlan plan, IActorRef dispatcher) => Akka.Actor.Props.Create(() => new Evaluator(services, plan, dispatcher));

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        base.PostStop();
    }

    private void OnEvaluate(MeasuringProtocol.Evaluate order)
    {
        IReadOnlyList<(Split, ChainMode)> wanted = order.Kind == EvaluationKind.Interim
            ? [(Split.Valid, ChainMode.Greedy)]
            : [(Split.Valid, ChainMode.Greedy), (Split.Valid, ChainMode.None), (Split.Test, ChainMode.Greedy), (Split.Test, ChainMode.None)];
        _current = new Round(order, Sender, []);
        Begin([.. wanted.Select(pair => Part(order, pair.Item1, pair.Item2, null))]);
    }

    private SweepPart Part(MeasuringProtocol.Evaluate order, Split split, ChainMode mode, IReadOnlyList<MeasuredUser>? greedy)
    {
        var samples = Samples(order.Kind, split);
        var partners = greedy is null ? [] : PermutedChains.Partner((ulong)_plan.Seed, samples.Count);
        var sizes = Cuts.Bundles(samples.Count, _plan.BundleUsers);
        var contents = new List<byte[]>(sizes.Count);
        var costs = new List<double>(sizes.Count);
        var first = 0;
        foreach (var part in Cuts.Apply(samples, sizes))
        {
            IReadOnlyList<int[]>? chains = greedy is null ? null : [.. Enumerable.Range(first, part.Count).Select(at => greedy[partners[at]].Chain)];
            contents.Add(BlobContracts.Write(new EvaluationBundle(part, mode, chains)));
            costs.Add(WorkCost.Measure(_services.Book, part, mode == ChainMode.Greedy ? _services.Spec.Rollout.MaxNewTokens : 0));
            first += part.Count;
        }

        return new SweepPart(split, mode, samples, new Sweep($"{order.Epoch}/evaluate/{order.Step}/{order.Kind}/{split}/{mode}", contents, costs));
    }

    private IReadOnlyList<SampleId> Samples(EvaluationKind kind, Split split)
    {
        var wanted = kind == EvaluationKind.Interim && _plan.InterimSamples > 0 ? _plan.InterimSamples : _plan.EvaluationSamples;
        var first = _services.Book.FirstSample(split);
        return [.. Cuts.EvenlySpaced(_services.Book.SampleCount(split), wanted).Select(at => new SampleId(first + at))];
    }

    private void Begin(IReadOnlyList<SweepPart> parts)
    {
        var round = _current!;
        round.Open.AddRange(parts);
        foreach (var part in parts)
        {
            part.Sweep.Start(_dispatcher, Self, _services.Blobs, WorkKind.Measure, round.Order.Epoch, round.Order.Policy, round.Order.Table);
        }
    }

    private void OnFinished(WorkProtocol.WorkFinished finished)
    {
        if (_current is not { } round || !round.Open.Any(part => part.Sweep.Accept(finished)))
        {
            _services.Blobs.Release(finished.Result);
            return;
        }

        var all = round.Open.Concat(round.Done.Select(done => done.Part)).ToList();
        round.Owner.Tell(new MeasuringProtocol.SweepProgress(round.Order.Epoch, all.Sum(part => part.Sweep.Done), all.Sum(part => part.Sweep.Total)));
        if (round.Open.All(part => part.Sweep.IsDone))
        {
            TakeAsync(round).PipeTo(Self, success: measured => measured, failure: cause => new Faulted(Faults.Reason(cause), Faults.IsInput(cause)));
        }
    }

    private async Task<Measured> TakeAsync(Round round)
    {
        var taken = new List<(SweepPart, IReadOnlyList<MeasuredUser>)>();
        foreach (var part in round.Open)
        {
            var contents = await part.Sweep.TakeAsync(_services.Blobs, _stopping.Token).ConfigureAwait(false);
            MeasuredUser[] users = [.. contents.SelectMany(content => BlobContracts.Read<MeasuredUser[]>(content))];
            if (!users.Select(user => user.Sample).SequenceEqual(part.Samples))
            {
                throw new InvalidDataException($"The {part.Split} users measured with chain {part.Mode} are not those that were asked for.");
            }

            taken.Add((part, users));
        }

        return new Measured(round, taken);
    }

    private void OnMeasured(Measured measured)
    {
        if (_current != measured.Round)
        {
            return;
        }

        var round = measured.Round;
        round.Open.Clear();
        round.Done.AddRange(measured.Parts);
        if (round.Order.Kind != EvaluationKind.Interim && round.Done.All(done => done.Part.Mode != ChainMode.Given))
        {
            Begin([.. round.Done.Where(done => done.Part.Mode == ChainMode.Greedy).Select(done => Part(round.Order, done.Part.Split, ChainMode.Given, done.Users)).ToList()]);
            return;
        }

        ConcludeAsync(round).PipeTo(Self, success: done => new Evaluated(round, done), failure: cause => new Faulted(Faults.Reason(cause), Faults.IsInput(cause)));
    }

    private async Task<MeasuringProtocol.EvaluationDone> ConcludeAsync(Round round)
    {
        var order = round.Order;
        var first = order.Kind == EvaluationKind.Last && order.FirstRanks is { } digest
            ? BlobContracts.Read<SweepRanks[]>(await _services.Payloads.ReadAsync(digest, "the first evaluation").ConfigureAwait(false))
            : null;
        var (metrics, ranks, chains) = await _services.Bulk.RunAsync(() =>
        {
            SweepRanks[] sweeps = [.. round.Done.Select(done => new SweepRanks(done.Part.Split, done.Part.Mode, done.Part.Samples, [.. done.Users.Select(user => user.Rank)])).OrderBy(sweep => sweep.Split).ThenBy(sweep => sweep.Mode)];
            var greedy = round.Done.Where(done => done.Part.Mode == ChainMode.Greedy).ToDictionary(done => done.Part.Split, done => done.Users);
            return (
                EvaluationMetrics.Of(_plan, _services.Book, sweeps, greedy, first),
                Payload.Of(PayloadKind.Ranks, order.Step, Packed.Pack(BlobContracts.Write(sweeps))),
                Payload.Of(PayloadKind.Chains, order.Step, Packed.Pack(BlobContracts.Write<MeasuredUser[]>([.. greedy[Split.Valid].Take(KeptChains)]))));
        }).ConfigureAwait(false);
        await _services.Payloads.PutAsync([ranks, chains]).ConfigureAwait(false);
        return new MeasuringProtocol.EvaluationDone(order.Epoch, order.Step, order.Kind, metrics, ranks.Digest, chains.Digest);
    }

    private void OnEvaluated(Evaluated evaluated)
    {
        if (_current == evaluated.Round)
        {
            _current = null;
            evaluated.Round.Owner.Tell(evaluated.Done);
        }
    }

    private void Fail(string reason, bool isInput)
    {
        if (_current is { } round)
        {
            _current = null;
            round.Owner.Tell(new MeasuringProtocol.SweepFailed(round.Order.Epoch, reason, isInput));
        }
    }

    private sealed record SweepPart(Split Split, ChainMode Mode, IReadOnlyList<SampleId> Samples, Sweep Sweep);

    // What was ordered and how far it is; the object itself says whether a late answer still counts.
    private sealed class Round(MeasuringProtocol.Evaluate order, IActorRef owner, List<SweepPart> open)
    {
        internal MeasuringProtocol.Evaluate Order { get; } = order;

        internal IActorRef Owner { get; } = owner;

        internal List<SweepPart> Open { get; } = open;

        internal List<(SweepPart Part, IReadOnlyList<MeasuredUser> Users)> Done { get; } = [];
    }

    private sealed record Measured(Round Round, IReadOnlyList<(SweepPart Part, IReadOnlyList<MeasuredUser> Users)> Parts) : INoSerializationVerificationNeeded;

    private sealed record Evaluated(Round Round, MeasuringProtocol.EvaluationDone Done) : INoSerializationVerificationNeeded;

    private sealed record Faulted(string Reason, bool IsInput) : INoSerializationVerificationNeeded;
}
