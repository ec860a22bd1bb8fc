namespace R2ec.Distributed.Data;

/// <summary>The three parts of the chronological 8:1:1 split over all samples.</summary>
public enum Split
{
    /// <summary>The first eight tenths.</summary>
    Train,

    /// <summary>The ninth tenth.</summary>
    Valid,

    /// <summary>The last tenth.</summary>
    Test,
}
