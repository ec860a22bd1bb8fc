namespace R2ec.Distributed.Data.Preparing;

/// <summary>Formats of raw files.</summary>
public enum PrepareFormat
{
    /// <summary>Amazon reviews and metadata, a JSON object a line, in the fields of 2018 or of 2023 (told apart line by line), plain or gzip.</summary>
    Amazon,

    /// <summary>MovieLens ratings.csv and movies.csv.</summary>
    MovieLens,

    /// <summary>Interactions (user, item, rating, timestamp) and items (item, title, description, any further columns), with a header line.</summary>
    Csv,
}
