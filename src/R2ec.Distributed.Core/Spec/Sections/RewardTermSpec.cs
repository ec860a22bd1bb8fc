namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>One term of the reward. Which keys count follows from its kind; the others keep their defaults.</summary>
public sealed record RewardTermSpec
{
    /// <summary>Its name.</summary>
    [SpecKey("Name of the term in metrics, samples and payloads: lower-case letters, digits, '_' and '-', at most 40, a letter first.", Example = "brevity")]
    public string Name { get; init; } = "";

    /// <summary>What it is.</summary>
    [SpecKey("length: 1 for a short chain, falling to 0; format: 1 where the text matches pattern, else 0; service: what an HTTP service answers.", Choices = "length|format|service")]
    public string Kind { get; init; } = "length";

    /// <summary>Weight.</summary>
    [SpecKey("Weight of the term's value in the reward.", Min = -1000, Max = 1000)]
    public double Weight { get; init; } = 1;

    /// <summary>Tokens that cost nothing.</summary>
    [SpecKey("length: sampled tokens up to which the value is 1.", Min = 0, Max = 32768)]
    public int FreeTokens { get; init; }

    /// <summary>Tokens from which on the value is 0.</summary>
    [SpecKey("length: sampled tokens from which on the value is 0; in between it falls linearly.", Min = 1, Max = 32768)]
    public int MostTokens { get; init; } = 640;

    /// <summary>The form.</summary>
    [SpecKey("format: regular expression that the chain's whole text, marker included, has to match in linear time.")]
    public string? Pattern { get; init; }

    /// <summary>Whether a miss is a rejection.</summary>
    [SpecKey("format: whether a chain that misses the pattern is rejected (rewards.rejected_reward) instead of getting 0.")]
    public bool Rejects { get; init; }

    /// <summary>Where the service is.</summary>
    [SpecKey("service: its address, http or https, without a name or a password in it.")]
    public string? Url { get; init; }

    /// <summary>Name of the bearer token.</summary>
    [SpecKey("service: name of the bearer token; each reward node holds it in the environment, as R2EC_REWARD_TOKEN_NAME or in the file that R2EC_REWARD_TOKEN_NAME_FILE names.")]
    public string? Token { get; init; }

    /// <summary>Deadline of a request.</summary>
    [SpecKey("service: seconds until a request without a whole answer is given up.", Min = 0.1, Max = 3600)]
    public double DeadlineSeconds { get; init; } = 30;

    /// <summary>Retry budget.</summary>
    [SpecKey("service: further tries of a request that failed, before the bundle counts as failed.", Min = 0, Max = 100)]
    public int Retries { get; init; } = 5;

    /// <summary>First wait.</summary>
    [SpecKey("service: seconds before the second try; doubled for each further one, up to a minute.", Min = 0.01, Max = 60)]
    public double BackoffSeconds { get; init; } = 0.5;

    /// <summary>Completions of a request.</summary>
    [SpecKey("service: most completions of a request.", Name = "batch_size", Min = 1, Max = 1024)]
    public int Batch { get; init; } = 16;

    /// <summary>Requests at once.</summary>
    [SpecKey("service: most requests of a reward node that are under way at once.", Min = 1, Max = 256)]
    public int InFlight { get; init; } = 4;

    /// <summary>Longest answer.</summary>
    [SpecKey("service: most bytes of an answer that are read; a longer one is a failure.", Min = 1024, Max = 67108864)]
    public int AnswerBytes { get; init; } = 1048576;
}
