namespace R2ec.Distributed.Data.Preparing;

/// <summary>Where an item's average rating and count come from if the metadata do not give them.</summary>
public enum ItemStatistics
{
    /// <summary>From events before the first validation target: an item prompt that counts later ones tells the future.</summary>
    Train,

    /// <summary>From all interactions of the file, those outside the time window included, as the released code does.</summary>
    Visible,
}
