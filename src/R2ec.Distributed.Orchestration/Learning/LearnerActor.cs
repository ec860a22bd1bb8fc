using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Wire;
using static R2ec.Distributed.Orchestration.Learning.LearningProtocol;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>
/// Holds the policy of record: one order at a time, each of the newest epoch. After every arrival in RL it publishes the policy before it says so. What it
/// holds after a failure is unknown: the run restores it. An order that comes again is not done again: its answer is.
/// </summary>
public sealed class LearnerActor : WireActor
{
    private readonly LearnerServices _services;
    private readonly StepTrainer _trainer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private Epoch _newest;
    private readonly Queue<Digest> _published = new();
    private ILearnerOrder? _busy;
    private (ILearnerOrder Order, IWireMessage Answer)? _answered;
    private RunPosition? _at;
    private readonly LearnerMemory _memory;
    private (TrainStep Order, LearnerAt Answer)? _ahead;

    /// <summary>A run's learner.</summary>
    public LearnerActor(LearnerServices services, IActorRef desk, LearnerMemory memory)
    {
        _services = services;
        _memory = memory;
        _trainer = new StepTrainer(services.Spec, services.Book, services.Engine, new DeskShardRunner(desk, () => _newest, services.Bulk));
        Receive<ILearnerOrder>(OnOrder);
        Receive<Done>(OnDone);
    }

    /// <summary>How it is made.</summary>
    public static Props Props(LearnerServices services, IActorRef desk, LearnerMemory memory) => Akka.Actor.Props.Create(() => new LearnerActor(services, desk, memory));

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        base.PostStop();
    }

    private void OnOrder(ILearnerOrder order)
    {
        if (_busy is null && _answered is { } answered && LearnerAnswers.Key(answered.Order) == LearnerAnswers.Key(order))
        {
            Sender.Tell(answered.Answer);
            return;
        }

        // A copy that comes late would undo or repeat what was done since.
        if (_busy is null && order.Epoch == _newest && _at is { } at && !LearnerAnswers.Follows(order, at))
        {
            _log.Debug("Left {Order}, which does not follow {Position}", order.GetType().Name, at);
            return;
        }

        if (order.Epoch < _newest || _busy is not null)
        {
            if (_busy is null || LearnerAnswers.Key(_busy) != LearnerAnswers.Key(order))
            {
                _log.Warning("Refused {Order} of epoch {Epoch}: the newest is {Newest}, busy {Busy}", order.GetType().Name, order.Epoch.Value, _newest.Value, _busy is not null);
            }

            return;
        }

        _newest = order.Epoch;
        _busy = order;
        _answered = null;
        var replyTo = Sender;
        DoAsync(order, _stopping.Token).PipeTo(
            Self,
            success: reply => new Done(replyTo, order, reply),
            failure: cause => new Done(replyTo, order, new LearnerFailed(order.Epoch, Faults.Reason(cause), Faults.Kind(cause))));
    }

    private void OnDone(Done done)
    {
        _busy = null;

        // A restoration that failed is meant when it comes again.
        _answered = done is { Order: Restore, Reply: LearnerFailed } ? null : (done.Order, done.Reply);
        _at = done.Reply switch { LearnerAt arrived => arrived.Position, CheckpointSaved saved => saved.Position, _ => null };
        if (done.Reply is LearnerAt at)
        {
            _services.Holds(at.Weights);
            _memory.Last = done.Order is TrainStep step ? (step, at) : _ahead;
        }

        done.ReplyTo.Tell(done.Reply);
    }

    private async Task<IWireMessage> DoAsync(ILearnerOrder order, CancellationToken stop) => order switch
    {
        not Restore when _ahead is { } ahead => await AgainAsync(order, ahead).ConfigureAwait(false),
        Restore o => await RestoreAsync(o, stop).ConfigureAwait(false),
        TrainWarmStart o => await WarmStartAsync(o, stop).ConfigureAwait(false),
        BeginReinforcement o => await BeginAsync(o, stop).ConfigureAwait(false),
        TrainStep o => await TrainAsync(o, stop).ConfigureAwait(false),
        SaveCheckpoint o => await SaveAsync(o, stop).ConfigureAwait(false),
        _ => throw new InvalidOperationException($"No rule for {order.GetType().Name}."),
    };

    // Ordered on the same groups, the step that was done and not journaled is the same step.
    private Task<IWireMessage> AgainAsync(ILearnerOrder order, (TrainStep Order, LearnerAt Answer) ahead)
    {
        _ahead = null;
        return Task.FromResult<IWireMessage>(order is TrainStep step && step.Step == ahead.Order.Step && step.Groups.Digest == ahead.Order.Groups.Digest
            ? ahead.Answer with { Epoch = order.Epoch }
            : new LearnerFailed(order.Epoch, $"the learner has trained step {ahead.Order.Step} on other groups than the run orders now", FailureKind.Lost));
    }

    private async Task<LearnerAt> RestoreAsync(Restore order, CancellationToken stop)
    {
        _ahead = null;
        if (order.Journaled is { } journaled && await _services.Engine.StandingAsync(stop).ConfigureAwait(false) is { } stand)
        {
            var next = _memory.Last;
            _memory.Last = null;
            if (stand == journaled)
            {
                _log.Info("The learner stands at {Position} already", stand.Position);
                return await StandAsync(order.Epoch, journaled, stop).ConfigureAwait(false);
            }

            if (next is { Answer: var done } && stand == new LearnerStand(done.Position, done.Weights) && done.Position == journaled.Position with { Step = journaled.Position.Step + 1 })
            {
                _log.Info("The learner has trained step {Step} already, which the journal does not have", done.Position.Step);
                _ahead = next;
                return new LearnerAt(order.Epoch, journaled.Position, journaled.Weights, [], IsRestored: true);
            }
        }

        if (await _services.Checkpoints.LoadAsync(_services.Engine, order.Candidates, text => _log.Warning("{Passed}", text), stop).ConfigureAwait(false) is not { } loaded)
        {
            return new LearnerAt(order.Epoch, RunPosition.Start, await _services.Engine.InitialiseAsync(stop).ConfigureAwait(false), [], IsRestored: true);
        }

        return await StandAsync(order.Epoch, new LearnerStand(loaded.Checkpoint.Position, loaded.Weights), stop).ConfigureAwait(false);
    }

    private async Task<LearnerAt> StandAsync(Epoch epoch, LearnerStand stand, CancellationToken stop)
    {
        if (stand.Position.Stage == RunStage.Reinforcement)
        {
            await PublishAsync(stand.Weights, stop).ConfigureAwait(false);
        }

        return new LearnerAt(epoch, stand.Position, stand.Weights, [], IsRestored: true);
    }

    private async Task<LearnerAt> WarmStartAsync(TrainWarmStart order, CancellationToken stop)
    {
        var stretch = await _services.Engine.WarmStartAsync(order.UntilStep, stop).ConfigureAwait(false);
        Metric[] metrics = [.. stretch.Metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new Metric(pair.Key, pair.Value))];
        return new LearnerAt(order.Epoch, new RunPosition(RunStage.WarmStart, stretch.Step), stretch.Weights, metrics);
    }

    private async Task<LearnerAt> BeginAsync(BeginReinforcement order, CancellationToken stop)
    {
        var weights = await _services.Engine.BeginReinforcementAsync(stop).ConfigureAwait(false);
        await PublishAsync(weights, stop).ConfigureAwait(false);
        return new LearnerAt(order.Epoch, new RunPosition(RunStage.Reinforcement, 0), weights, []);
    }

    private async Task<LearnerAt> TrainAsync(TrainStep order, CancellationToken stop)
    {
        var content = BlobContracts.Read<StepGroups>(await _services.Blobs.GetAsync(order.Groups, stop).ConfigureAwait(false));
        var groups = await PayloadGroups.ReadAsync(_services.Payloads(order.Groups), order.Step, content.Payloads).ConfigureAwait(false);
        var trained = await _trainer.TrainAsync(order.Step, content.Policy, groups, stop).ConfigureAwait(false);
        await PublishAsync(trained.Weights, stop).ConfigureAwait(false);
        return new LearnerAt(order.Epoch, new RunPosition(RunStage.Reinforcement, order.Step), trained.Weights, trained.Metrics);
    }

    private async Task<CheckpointSaved> SaveAsync(SaveCheckpoint order, CancellationToken stop)
    {
        var manifest = await _services.Checkpoints.SaveAsync(_services.Engine, order.Position, stop).ConfigureAwait(false);
        await _services.Bulk.RunAsync(() => _services.Checkpoints.Prune([.. order.Keep, order.Position.FolderName])).ConfigureAwait(false);
        return new CheckpointSaved(order.Epoch, order.Position, manifest, order.Position.FolderName);
    }

    // Orders come one at a time, so the queue has one writer. Rollouts of planned steps may still use versions up to max_staleness before the run's, which
    // is itself one behind this one until its step is journaled.
    private async Task PublishAsync(Digest weights, CancellationToken stop)
    {
        Directory.CreateDirectory(_services.Weights.Folder);
        var published = await _services.Engine.PublishAsync(_services.Weights.Folder, stop).ConfigureAwait(false);
        if (published != weights)
        {
            throw new InputException($"The learner published {published.Brief}, but holds {weights.Brief}: the device or the disk changes what it is given.");
        }

        _published.Enqueue(weights);
        while (_published.Count > TrainingModes.MaxStaleness(_services.Spec.Recpo) + 2)
        {
            _published.Dequeue();
        }

        Digest[] keep = [.. _published.Distinct()];
        await _services.Bulk.RunAsync(() => _services.Weights.Prune(keep)).ConfigureAwait(false);
    }

    private sealed record Done(IActorRef ReplyTo, ILearnerOrder Order, IWireMessage Reply) : INoSerializationVerificationNeeded;
}
