namespace R2ec.Distributed.Data.Preparing;

/// <summary>
/// The time window and the core. While too few items are left and the start's year is later than the first event's, the start moves back three months and
/// all is filtered anew. Source: the released preparation of R2ec.
/// </summary>
internal sealed record TimeWindow(List<EventRow> Kept, Month? Start, int GrowthSteps)
{
    private const int MonthsPerStep = 3;

    public static TimeWindow Of(EventTable table, int itemCount, PrepareOptions options, Drops drops)
    {
        var (start, steps) = (options.Start, 0);
        var firstYear = table.Rows.Count == 0 ? int.MaxValue : DateTimeOffset.FromUnixTimeMilliseconds(table.FirstMs).Year;
        while (true)
        {
            var inside = start is { } bound ? table.Rows.FindAll(r => r.TimeMs >= bound.FirstMs) : table.Rows;
            var core = Core(inside, table.UserNames.Count, itemCount, options);
            if (start is { } at && Items(core, itemCount) < options.MinItems && at.Year > firstYear)
            {
                (start, steps) = (at.Back(MonthsPerStep), steps + 1);
                continue;
            }

            drops.Add("interactions.before_start", table.Rows.Count - inside.Count);
            drops.Add("interactions.core", inside.Count - core.Count);
            return new TimeWindow(core, start, steps);
        }
    }

    /// <summary>Drops users and items with too few events, both at once, until none is left.</summary>
    public static List<EventRow> Core(List<EventRow> rows, int userCount, int itemCount, PrepareOptions options)
    {
        var (perUser, perItem) = (Math.Max(options.KCore, options.MinUserEvents), Math.Max(options.KCore, options.MinItemEvents));
        if (perUser <= 1 && perItem <= 1)
        {
            return rows;
        }

        while (true)
        {
            var (users, items) = (new int[userCount], new int[itemCount]);
            foreach (var row in rows)
            {
                users[row.User]++;
                items[row.Item]++;
            }

            var kept = rows.FindAll(r => users[r.User] >= perUser && items[r.Item] >= perItem);
            if (kept.Count == rows.Count)
            {
                return kept;
            }

            rows = kept;
        }
    }

    private static int Items(List<EventRow> rows, int itemCount)
    {
        var seen = new bool[itemCount];
        foreach (var row in rows)
        {
            seen[row.Item] = true;
        }

        return seen.Count(s => s);
    }
}
