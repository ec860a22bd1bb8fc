namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>The interactions that a run learns from.</summary>
public sealed record DataSpec
{
    /// <summary>Embedded world or prepared folder.</summary>
    [SpecKey("quickstart: the embedded synthetic world; prepared: a folder made by `r2ec prepare`.", Choices = "quickstart|prepared")]
    public string Source { get; init; } = "prepared";

    /// <summary>The prepared folder.</summary>
    [SpecKey("Folder made by `r2ec prepare`, relative to the working directory; needed with source: prepared.", Example = "data/my-data")]
    public string? Path { get; init; }

    /// <summary>Seed of the embedded world.</summary>
    [SpecKey("Seed of the embedded world; ignored for prepared data.", Min = 0, Max = 2147483647)]
    public int Seed { get; init; } = 7;

    /// <summary>Users of the embedded world.</summary>
    [SpecKey("Users of the embedded world; ignored for prepared data.", Min = 20, Max = 100000)]
    public int Users { get; init; } = 400;

    /// <summary>History items shown.</summary>
    [SpecKey("Interactions of a user that a prompt shows and a reward masks (the window).", Min = 1, Max = 200, Source = "paper, section 4.1")]
    public int Window { get; init; } = 20;

    /// <summary>Least rating of a target.</summary>
    [SpecKey("Least rating that makes an interaction a target; 0 takes all.", Min = 0, Max = 5)]
    public double TargetMinRating { get; init; }

    /// <summary>Least history of a target.</summary>
    [SpecKey("Least number of earlier interactions that a target needs.", Min = 1, Max = 200)]
    public int MinHistory { get; init; } = 1;
}
