namespace R2ec.Distributed.Data.Preparing;

/// <summary>What a preparation made of its files.</summary>
/// <param name="Set">The data set that was written.</param>
/// <param name="Dropped">Rows left out, by reason: `items.…` for lines of metadata, `interactions.…` for events.</param>
/// <param name="BrokenLines">The first 20 broken lines, each with file, line number and what is wrong.</param>
/// <param name="BrokenLineCount">How many there were.</param>
/// <param name="StartReached">The start after it moved back for `--min-items`; null without a start.</param>
/// <param name="GrowthSteps">How often it moved, three months each.</param>
/// <param name="Lines">Statistics to print, one fact a line.</param>
public sealed record PrepareReport(
    DataSet Set,
    IReadOnlyDictionary<string, long> Dropped,
    IReadOnlyList<string> BrokenLines,
    long BrokenLineCount,
    Month? StartReached,
    int GrowthSteps,
    IReadOnlyList<string> Lines);
