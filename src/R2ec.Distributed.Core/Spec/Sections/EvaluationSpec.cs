namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>When and on whom the policy is measured. It is always measured before the first and after the last RL step.</summary>
public sealed record EvaluationSpec
{
    /// <summary>Cadence.</summary>
    [SpecKey("RL steps between two evaluations.", Min = 1, Max = 1000000)]
    public int Every { get; init; } = 20;

    /// <summary>Samples measured.</summary>
    [SpecKey("Samples of each split that are measured, evenly spaced; 0 takes all.", Min = 0, Max = 10000000)]
    public int Samples { get; init; }

    /// <summary>Samples measured in between.</summary>
    [SpecKey("Samples measured between the first and the last evaluation; 0 takes as many as there.", Min = 0, Max = 10000000)]
    public int InterimSamples { get; init; }

    /// <summary>Users of a bundle.</summary>
    [SpecKey("Users that are measured in one batch; part of the bits.", Min = 1, Max = 4096)]
    public int BundleUsers { get; init; } = 64;

    /// <summary>Early stop.</summary>
    [SpecKey("Evaluations without a better validation NDCG@10 after which the run stops; 0 never stops.", Min = 0, Max = 1000)]
    public int Patience { get; init; }

    /// <summary>Bootstrap draws.</summary>
    [SpecKey("Draws of the bootstrap over users behind every 95 % interval.", Min = 100, Max = 100000)]
    public int BootstrapDraws { get; init; } = 1000;
}
