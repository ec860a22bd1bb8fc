namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>Supervised training before RL: chains that a teacher writes from templates, and contrastive item losses.</summary>
public sealed record WarmStartSpec
{
    /// <summary>Title pretraining before it.</summary>
    [SpecKey("Pretraining on the next title of histories; needs model.title_tokens; left out, there is none.")]
    public PretrainSpec? Pretrain { get; init; }

    /// <summary>Steps.</summary>
    [SpecKey("Optimizer steps; 0 leaves the warm start out.", Min = 0, Max = 1000000)]
    public int Steps { get; init; }

    /// <summary>Users of a step.</summary>
    [SpecKey("Users of a step.", Name = "batch_size", Min = 2, Max = 4096)]
    public int Batch { get; init; } = 32;

    /// <summary>Peak learning rate.</summary>
    [SpecKey("Peak learning rate of AdamW.", Min = 0, AboveMin = true, Max = 1)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>AdamW's second beta.</summary>
    [SpecKey("AdamW's beta2; beta1 is 0.9.", Min = 0, Max = 0.999999)]
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Decay of matrices.</summary>
    [SpecKey("Weight decay of the matrices.", Min = 0, Max = 1)]
    public double WeightDecay { get; init; }

    /// <summary>Linear warm-up.</summary>
    [SpecKey("Steps over which the learning rate rises linearly.", Min = 0, Max = 1000000)]
    public int WarmupSteps { get; init; } = 20;

    /// <summary>Where the decay begins.</summary>
    [SpecKey("Fraction of the steps after which the learning rate falls linearly.", Min = 0, Max = 1)]
    public double DecayFrom { get; init; } = 0.6;

    /// <summary>Where the decay ends.</summary>
    [SpecKey("Fraction of the peak learning rate that is left at the last step.", Min = 0, Max = 1)]
    public double DecayTo { get; init; } = 0.1;

    /// <summary>Gradient clipping.</summary>
    [SpecKey("Largest norm of the whole gradient.", Min = 0, AboveMin = true, Max = 1000)]
    public double ClipGradient { get; init; } = 1;

    /// <summary>The teacher's chains.</summary>
    [SpecKey("How the teacher's chains are written; left out, only the losses without a chain are used.")]
    public ChainSpec? Chains { get; init; }

    /// <summary>Weight of the token loss.</summary>
    [SpecKey("Weight of the token loss on the teacher's chains.", Min = 0, Max = 1000)]
    public double TokenWeight { get; init; } = 1;

    /// <summary>Weight of the item loss behind chains.</summary>
    [SpecKey("Weight of the item loss behind chains that may be written in hindsight.", Min = 0, Max = 1000)]
    public double ItemWeight { get; init; } = 0.5;

    /// <summary>Fraction written in hindsight.</summary>
    [SpecKey("Fraction of the item loss's chains that are written in hindsight; the others see the history only.", Min = 0, Max = 1)]
    public double HindsightFraction { get; init; } = 1;

    /// <summary>Weight of the item loss without a chain.</summary>
    [SpecKey("Weight of the item loss with the marker straight after the prompt.", Min = 0, Max = 1000)]
    public double DirectWeight { get; init; }

    /// <summary>Weight of the item loss in the history.</summary>
    [SpecKey("Weight of the item loss at every history title for the title that follows; needs model.title_tokens.", Min = 0, Max = 1000)]
    public double LineWeight { get; init; }

    /// <summary>Weight of the next-title loss.</summary>
    [SpecKey("Weight of the token loss at every history title for the title that follows; needs model.title_tokens.", Min = 0, Max = 1000)]
    public double TitleWeight { get; init; }

    /// <summary>Rivals of the item loss.</summary>
    [SpecKey("Rivals of a target in the item loss: the step's other targets, or the whole catalogue, encoded at every step.", Choices = "batch|catalogue")]
    public string Negatives { get; init; } = "batch";

    /// <summary>Dropout of the blocks.</summary>
    [SpecKey("Dropout on what each half of a block adds, and on the embedding.", Min = 0, Max = 0.9)]
    public double Dropout { get; init; }

    /// <summary>Dropped history.</summary>
    [SpecKey("Greatest fraction of a history that a step may leave out of a prompt; drawn for each prompt.", Min = 0, Max = 0.9)]
    public double HistoryDrop { get; init; }

    /// <summary>Titles shown as attributes.</summary>
    [SpecKey("Fraction of titles that a step shows by their attributes, as unseen titles are.", Min = 0, Max = 1)]
    public double PlainFraction { get; init; }

    /// <summary>Rows of one backward pass.</summary>
    [SpecKey("Users of one forward and backward pass; 0 takes the whole step at once.", Min = 0, Max = 4096)]
    public int MicroBatch { get; init; }
}
