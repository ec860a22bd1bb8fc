using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>What reward terms need of the node that they run on.</summary>
public sealed record RewardSources
{
    /// <summary>The data set in words; null where nobody has it: services then see ids alone.</summary>
    public IRewardTexts? Texts { get; init; }

    /// <summary>A bearer token by its name in the spec.</summary>
    public Func<string, string> Token { get; init; } = name => throw new Core.InputException($"The reward token '{name}' is not held here.");

    /// <summary>Makes what sends requests to services.</summary>
    public Func<HttpMessageHandler> Handler { get; init; } = ServiceClient.Handler;
}
