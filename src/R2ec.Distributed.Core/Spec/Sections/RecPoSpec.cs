namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>The RecPO algorithm (arXiv 2505.16994v2). Defaults are the paper's or the released training script's.</summary>
public sealed record RecPoSpec
{
    /// <summary>Steps.</summary>
    [SpecKey("RL steps; each is one optimizer step on fresh rollouts.", Min = 1, Max = 1000000)]
    public int Steps { get; init; } = 200;

    /// <summary>Users of a step (B).</summary>
    [SpecKey("Users (prompts) of a step: B.", Name = "batch_size", Min = 1, Max = 65536)]
    public int Batch { get; init; } = 12;

    /// <summary>Chains of a user (G).</summary>
    [SpecKey("Reasoning chains sampled per user: G, the group; a group of one carries no signal.", Min = 2, Max = 64, Source = "released training script")]
    public int GroupSize { get; init; } = 4;

    /// <summary>Mode of overlap.</summary>
    [SpecKey("sync: a step trains on rollouts of its own policy version. one-step-off: the rollouts of the next step are made while a step trains, by the policy of one version earlier; the weights still follow from the spec. async: several steps' rollouts are in work, and a step trains on the groups that are there, at most max_staleness versions old.", Choices = "sync|one-step-off|async")]
    public string Mode { get; init; } = "sync";

    /// <summary>Bound of async.</summary>
    [SpecKey("Versions of the policy that a group may be older than the one that it trains, in mode async alone; left out, 2.", Min = 1, Max = 16)]
    public int? MaxStaleness { get; init; }

    /// <summary>Whether chains go over to later versions.</summary>
    [SpecKey("Whether a chain that is being written goes over to a later version of the policy, between two tokens, once that is published; in mode async alone. Its group still counts as old as its plan.")]
    public bool PartialRollouts { get; init; }

    /// <summary>Dual clip of one-step-off and async.</summary>
    [SpecKey("In one-step-off and async: the surrogate of a negative advantage A is at least this times A, however large the ratio; above 1 + epsilon_high. Not used in sync, where the ratio is 1.", Min = 1, AboveMin = true, Max = 1000)]
    public double DualClip { get; init; } = 3;

    /// <summary>Learning rate.</summary>
    [SpecKey("Learning rate of AdamW.", Min = 0, AboveMin = true, Max = 1, Source = "released training script")]
    public double LearningRate { get; init; } = 1e-5;

    /// <summary>Linear warm-up.</summary>
    [SpecKey("Steps over which the learning rate rises linearly from its first fraction; then it is constant.", Min = 0, Max = 1000000, Source = "released training script")]
    public int WarmupSteps { get; init; } = 32;

    /// <summary>AdamW's first beta.</summary>
    [SpecKey("AdamW's beta1.", Min = 0, Max = 0.999999)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's second beta.</summary>
    [SpecKey("AdamW's beta2.", Min = 0, Max = 0.999999)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Decay of matrices.</summary>
    [SpecKey("Weight decay of the matrices.", Min = 0, Max = 1)]
    public double WeightDecay { get; init; }

    /// <summary>Gradient clipping.</summary>
    [SpecKey("Largest norm of the whole gradient; the gradient is scaled by min(1, clip / (norm + 1e-6)).", Min = 0, AboveMin = true, Max = 1000, Source = "released training script")]
    public double ClipGradient { get; init; } = 1;

    /// <summary>Advantage.</summary>
    [SpecKey("Advantage within a group: grpo (centred, over the deviation), rloo (leave one out), dr_grpo (centred).", Choices = "grpo|rloo|dr_grpo", Source = "paper, section 3.3")]
    public string Advantage { get; init; } = "grpo";

    /// <summary>Aggregation of the token part.</summary>
    [SpecKey("Aggregation of the token part: token_mean, sequence_mean or token_sum (the paper's equation 8).", Choices = "token_mean|sequence_mean|token_sum")]
    public string Aggregation { get; init; } = "token_mean";

    /// <summary>Lower clip.</summary>
    [SpecKey("The ratio is clipped below at 1 minus this.", Min = 0, Max = 1)]
    public double EpsilonLow { get; init; } = 0.2;

    /// <summary>Upper clip.</summary>
    [SpecKey("The ratio is clipped above at 1 plus this.", Min = 0, Max = 10)]
    public double EpsilonHigh { get; init; } = 0.28;

    /// <summary>Weight of the token part.</summary>
    [SpecKey("Weight of the token part.", Min = 0, Max = 1000)]
    public double TokenWeight { get; init; } = 1;

    /// <summary>Weight of the item part.</summary>
    [SpecKey("Weight of the item part.", Min = 0, Max = 1000)]
    public double ItemWeight { get; init; } = 1;

    /// <summary>Winners of a group.</summary>
    [SpecKey("Chains of a group, those of the highest advantages, that the item part trains on.", Min = 1, Max = 64)]
    public int RelabelTopk { get; init; } = 1;

    /// <summary>Share of the similarity reward.</summary>
    [SpecKey("Share of the similarity in the fused reward; the rank has the rest.", Min = 0, Max = 1, Source = "paper, section 3.3")]
    public double Beta { get; init; } = 0.05;

    /// <summary>Temperature of the item head.</summary>
    [SpecKey("Temperature of the item scores: cosine over this.", Min = 0, AboveMin = true, Max = 1, Source = "paper, section 3.2")]
    public double ItemTemperature { get; init; } = 0.02;

    /// <summary>Cut-off of the rank reward.</summary>
    [SpecKey("Cut-off K of the rank reward NDCG@K.", Min = 1, Max = 1000000)]
    public int RankCutoff { get; init; } = 1000;

    /// <summary>Cadence of the item table.</summary>
    [SpecKey("Steps between two encodings of the whole item table.", Min = 1, Max = 100000)]
    public int RefreshEvery { get; init; } = 1;

    /// <summary>Factor for unclosed chains.</summary>
    [SpecKey("Factor on the reward of a chain that never wrote the marker.", Min = 0, Max = 1)]
    public double UnclosedFactor { get; init; } = 1;

    /// <summary>Whether truncated chains are trained on.</summary>
    [SpecKey("Whether the tokens of a chain that never wrote the marker are trained on.")]
    public bool TrainTruncated { get; init; } = true;

    /// <summary>The chain's form.</summary>
    [SpecKey("Regular expression that a chain's whole text, marker included, has to match; left out, any form will do.")]
    public string? ChainFormat { get; init; }

    /// <summary>Factor for chains off their form.</summary>
    [SpecKey("Factor on the reward of a chain that misses chain_format.", Min = 0, Max = 1)]
    public double OffFormatFactor { get; init; }
}
