using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Optimizers;

namespace R2ec.Distributed.Model.WarmStart;

/// <summary>The warm start's steps: pretraining first, then chains and items, each stage with an optimizer of its own. Everything follows from seed and step.</summary>
internal sealed class WarmStartTrainer(PolicyContext context, TrainedPolicy policy) : IDisposable
{
    private const double PretrainBeta2 = 0.98;
    private const double PretrainDecayFrom = 0.6;
    private const double PretrainDecayTo = 0.1;

    private AdamW? _optimizer;
    private bool _pretraining;

    private WarmStartSpec Spec => context.Spec.WarmStart;

    private ulong Seed => (ulong)context.Spec.Seed;

    /// <summary>Pretraining steps.</summary>
    public int PretrainSteps => Spec.Pretrain?.Steps ?? 0;

    /// <summary>Steps in all.</summary>
    public int Steps => PretrainSteps + Spec.Steps;

    /// <summary>The optimizer of the stage that a step belongs to; its state is part of a checkpoint.</summary>
    /// <param name="step">From 0: the next step.</param>
    public AdamW OptimizerFor(int step)
    {
        var pretraining = step < PretrainSteps;
        if (_optimizer is null || pretraining != _pretraining)
        {
            _optimizer?.Dispose();
            _pretraining = pretraining;
            _optimizer = pretraining
                ? new AdamW(policy.Tensors, Options(PretrainBeta2, Spec.Pretrain!.WeightDecay))
                : new AdamW(policy.Tensors, Options(Spec.Beta2, Spec.WeightDecay));
        }

        return _optimizer;
    }

    /// <summary>Trains one step and answers with its losses.</summary>
    /// <param name="step">From 0, pretraining steps counted first.</param>
    public IReadOnlyDictionary<string, double> Step(int step)
    {
        var optimizer = OptimizerFor(step);
        policy.ForgetGradients();
        Dictionary<string, double> losses;
        double rate;
        if (step < PretrainSteps)
        {
            losses = new() { ["loss/pretrain"] = Pretrain(Spec.Pretrain!, step) };
            rate = LearningRates.Trapezoid(Spec.Pretrain!.LearningRate, step, PretrainSteps, Spec.Pretrain.WarmupSteps, PretrainDecayFrom, PretrainDecayTo);
        }
        else
        {
            var own = step - PretrainSteps;
            losses = new(Teach(own, step));
            rate = LearningRates.Trapezoid(Spec.LearningRate, own, Spec.Steps, Spec.WarmupSteps, Spec.DecayFrom, Spec.DecayTo);
        }

        losses["gradient/norm"] = optimizer.Step(rate, Spec.ClipGradient);
        losses["learning_rate"] = rate;
        return losses;
    }

    /// <inheritdoc/>
    public void Dispose() => _optimizer?.Dispose();

    private static AdamWOptions Options(double beta2, double decay) => new() { Beta2 = beta2, WeightDecay = decay, DecayOnlyMatrices = true };

    private double Pretrain(PretrainSpec spec, int step)
    {
        var samples = WarmStartBatch.Draw(Seed, ChancePurpose.Pretrain, step, spec.Batch, context.Book.FirstSample(Split.Train), context.Book.SampleCount(Split.Train));
        var prompts = samples.Select((sample, row) => context.Teacher.NoisyPrompt(sample, step, row, spec.HistoryDrop, spec.PlainFraction, true, true)).ToArray();
        return PretrainLoss.Backward(policy.Backbone, prompts, context.Teacher, ChanceDropout.Of(spec.Dropout, Seed, step));
    }

    private IReadOnlyDictionary<string, double> Teach(int own, int step)
    {
        var samples = WarmStartBatch.Draw(Seed, ChancePurpose.WarmStartOrder, own, Spec.Batch, context.Book.FirstSample(Split.Train), context.Book.SampleCount(Split.Train));
        var batch = WarmStartBatch.Of(Spec, samples, context.Book, context.Teacher, context.Marker.Ids, Seed, own);
        var whole = Spec.Negatives == "catalogue";
        var ids = whole ? [.. Enumerable.Range(1, context.Book.ItemCount)] : batch.Targets.Distinct().Order().ToArray();
        var rivals = ids.Select(item => whole && Spec.PlainFraction > 0 ? context.Teacher.NoisyItemPrompt(item, own, Spec.PlainFraction) : context.Book.ItemPrompt(item)).ToArray();
        var dropout = ChanceDropout.Of(Spec.Dropout, Seed, step);
        var loss = new WarmStartLoss(policy.Backbone, Spec, context.Spec.Recpo.ItemTemperature, context.Teacher, rivals, ids, dropout);
        return loss.Backward(batch);
    }
}
