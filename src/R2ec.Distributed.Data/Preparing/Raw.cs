namespace R2ec.Distributed.Data.Preparing;

/// <summary>An interaction as a raw file has it.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Item">The item's external id.</param>
/// <param name="Rating">In the source's unit.</param>
/// <param name="TimeMs">Milliseconds since 1970-01-01 UTC.</param>
/// <param name="Line">Line of the file, from 1.</param>
internal readonly record struct RawEvent(string User, string Item, float Rating, long TimeMs, long Line);

/// <summary>An item as a raw file has it, its title already cleaned.</summary>
internal sealed record RawItem(string Id, string Title, string Text, double? AverageRating, int? RatingCount, long Line)
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
}

/// <summary>Reads the two files of one format. A broken line is told to <see cref="BrokenLines"/> and left out; a filtered one is told to <see cref="Drops"/>.</summary>
internal interface IRawFormat
{
    /// <summary>Items in the file's order, those that the format's own rules keep; an id may come more than once.</summary>
    IEnumerable<RawItem> Items(RawFile file, BrokenLines broken, Drops drops);

    /// <summary>Interactions in the file's order.</summary>
    IEnumerable<RawEvent> Events(RawFile file, BrokenLines broken);

    /// <summary>The order in which the kept items get their ids; null for the file's order.</summary>
    IComparer<string>? ItemOrder { get; }
}

/// <summary>Rows left out, counted by reason.</summary>
internal sealed class Drops
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Counts => _counts;

    public void Add(string reason, long count = 1)
    {
        if (count > 0)
        {
            _counts[reason] = _counts.GetValueOrDefault(reason) + count;
        }
    }
}
