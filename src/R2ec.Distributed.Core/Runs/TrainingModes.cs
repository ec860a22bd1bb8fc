using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Core.Runs;

/// <summary>The modes by the names that a spec gives them.</summary>
public static class TrainingModes
{
    /// <summary>Name of <see cref="TrainingMode.Sync"/>.</summary>
    public const string Sync = "sync";

    /// <summary>Name of <see cref="TrainingMode.OneStepOff"/>.</summary>
    public const string OneStepOff = "one-step-off";

    /// <summary>Name of <see cref="TrainingMode.Async"/>.</summary>
    public const string Async = "async";

    /// <summary>The bound of an async run whose spec leaves it out.</summary>
    public const int DefaultMaxStaleness = 2;

    /// <summary>The mode of a spec.</summary>
    /// <exception cref="InputException">There is no mode of that name.</exception>
    public static TrainingMode Of(RecPoSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Mode switch
        {
            Sync => TrainingMode.Sync,
            OneStepOff => TrainingMode.OneStepOff,
            Async => TrainingMode.Async,
            _ => throw new InputException($"recpo.mode '{spec.Mode}' is none of {Sync}, {OneStepOff}, {Async}."),
        };
    }

    /// <summary>Versions that a group may be older than the policy that it trains.</summary>
    public static int MaxStaleness(RecPoSpec spec) => Of(spec) switch
    {
        TrainingMode.Sync => 0,
        TrainingMode.OneStepOff => 1,
        _ => spec.MaxStaleness ?? DefaultMaxStaleness,
    };

    /// <summary>Whether groups may be older than the policy that they train, so that ratios are taken against the log-probabilities recorded at the rollout.</summary>
    public static bool IsOffPolicy(RecPoSpec spec) => Of(spec) != TrainingMode.Sync;
}
