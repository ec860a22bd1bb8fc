namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>Pretraining on the next title of histories: a softmax over the title tokens at every title of a prompt.</summary>
public sealed record PretrainSpec
{
    /// <summary>Steps.</summary>
    [SpecKey("Optimizer steps.", Min = 1, Max = 1000000)]
    public int Steps { get; init; } = 800;

    /// <summary>Histories of a step.</summary>
    [SpecKey("Histories of a step.", Name = "batch_size", Min = 1, Max = 4096)]
    public int Batch { get; init; } = 64;

    /// <summary>Peak learning rate.</summary>
    [SpecKey("Peak learning rate of AdamW.", Min = 0, AboveMin = true, Max = 1)]
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Linear warm-up.</summary>
    [SpecKey("Steps over which the learning rate rises linearly.", Min = 0, Max = 1000000)]
    public int WarmupSteps { get; init; } = 50;

    /// <summary>Decay of matrices.</summary>
    [SpecKey("Weight decay of the matrices.", Min = 0, Max = 1)]
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Dropout of the blocks.</summary>
    [SpecKey("Dropout on what each half of a block adds, and on the embedding.", Min = 0, Max = 0.9)]
    public double Dropout { get; init; } = 0.3;

    /// <summary>Dropped history.</summary>
    [SpecKey("Greatest fraction of a history that a step may leave out; drawn for each history.", Min = 0, Max = 0.9)]
    public double HistoryDrop { get; init; } = 0.5;

    /// <summary>Titles shown as attributes.</summary>
    [SpecKey("Fraction of titles that a step shows by their attributes.", Min = 0, Max = 1)]
    public double PlainFraction { get; init; } = 0.05;
}
