namespace R2ec.Distributed.Data.Preparing;

/// <summary>An interaction that may still be filtered. Users by order of first appearance, items by their place in the catalogue, both from 0.</summary>
internal readonly record struct EventRow(int User, int Item, float Rating, long TimeMs);

/// <summary>What is kept of the interaction file: rows of known items that no fixed rule drops.</summary>
internal sealed class EventTable
{
    private const int LinesPerReport = 8192;
    private readonly Dictionary<string, int> _users = new(StringComparer.Ordinal);
    private readonly double[] _sums;
    private readonly int[] _counts;

    private EventTable(int itemCount) => (_sums, _counts) = (new double[itemCount], new int[itemCount]);

    public List<EventRow> Rows { get; } = [];

    public List<string> UserNames { get; } = [];

    /// <summary>Time of the earliest row, those outside the time window included.</summary>
    public long FirstMs { get; private set; } = long.MaxValue;

    /// <summary>Sum and number of all ratings that the file has of an item, filtered or not.</summary>
    public (double Sum, int Count) Visible(int item) => (_sums[item], _counts[item]);

    /// <param name="events">The file's interactions.</param>
    /// <param name="catalogue">Place of each known item.</param>
    /// <param name="options">Bounds; a start that may move back is not one yet.</param>
    /// <param name="drops">Counts of what is left out.</param>
    /// <param name="report">Called now and then with the line reached.</param>
    public static EventTable Read(IEnumerable<RawEvent> events, IReadOnlyDictionary<string, int> catalogue, PrepareOptions options, Drops drops, Action<long> report)
    {
        var table = new EventTable(catalogue.Count);
        var (first, last) = (options.MinItems == 0 ? options.Start?.FirstMs ?? long.MinValue : long.MinValue, options.End?.FirstMs ?? long.MaxValue);
        foreach (var e in events)
        {
            if (e.Line % LinesPerReport == 0)
            {
                report(e.Line);
            }

            if (!catalogue.TryGetValue(e.Item, out var item))
            {
                drops.Add("interactions.unknown_item");
                continue;
            }

            table._sums[item] += e.Rating;
            table._counts[item]++;
            if (options.MinRating is { } least && e.Rating < least)
            {
                drops.Add("interactions.low_rating");
            }
            else
            {
                table.FirstMs = Math.Min(table.FirstMs, e.TimeMs);
                if (e.TimeMs < first || e.TimeMs > last)
                {
                    drops.Add(e.TimeMs < first ? "interactions.before_start" : "interactions.after_end");
                    continue;
                }

                table.Rows.Add(new EventRow(table.Intern(e.User), item, e.Rating, e.TimeMs));
            }
        }

        return table;
    }

    private int Intern(string user)
    {
        if (!_users.TryGetValue(user, out var index))
        {
            index = UserNames.Count;
            _users.Add(user, index);
            UserNames.Add(user);
        }

        return index;
    }
}
