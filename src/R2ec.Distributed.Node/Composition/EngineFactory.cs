using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Model.Engines;

namespace R2ec.Distributed.Node.Composition;

/// <summary>The one place where the engines are plugged in: what computes for the actors.</summary>
/// <param name="context">What they share.</param>
internal sealed class EngineFactory(PolicyContext context)
{
    /// <summary>Makers of rollout engines, one for each device.</summary>
    public IReadOnlyList<Func<IRolloutEngine>> Rollouts => [() => new RolloutEngine(context)];

    /// <summary>Makers of gradient engines, one for each device.</summary>
    public IReadOnlyList<Func<IGradientEngine>> Gradients => [() => new GradientEngine(context)];

    /// <summary>Maker of the learner's engine.</summary>
    public Func<ILearnerEngine> Learner => () => new LearnerEngine(context);
}
