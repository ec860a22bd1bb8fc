namespace R2ec.Distributed.Data.Preparing;

/// <summary>The kept events with their final ids: users in ordinal order of their names, each user's events by time, equal times in the file's order.</summary>
internal sealed record Draft(Dictionary<string, int> ItemIds, string[] Users, int[] Offsets, Event[] Events)
{
    /// <param name="rows">In the file's order.</param>
    /// <param name="catalogue">Place of each item.</param>
    /// <param name="userNames">Name of each row's user.</param>
    /// <param name="itemOrder">Order of the items' ids; null for the catalogue's.</param>
    public static Draft Of(List<EventRow> rows, Dictionary<string, int> catalogue, List<string> userNames, IComparer<string>? itemOrder)
    {
        var (itemIds, idOfPlace) = Number(rows, catalogue, itemOrder);
        var counts = new int[userNames.Count];
        foreach (var row in rows)
        {
            counts[row.User]++;
        }

        var order = Enumerable.Range(0, userNames.Count).Where(u => counts[u] > 0).ToArray();
        Array.Sort(order, (a, b) => string.CompareOrdinal(userNames[a], userNames[b]));
        var (offsets, next) = (new int[order.Length + 1], new int[userNames.Count]);
        for (var u = 0; u < order.Length; u++)
        {
            next[order[u]] = offsets[u];
            offsets[u + 1] = offsets[u] + counts[order[u]];
        }

        var events = new Event[rows.Count];
        foreach (var row in rows)
        {
            events[next[row.User]++] = new Event(idOfPlace[row.Item], row.Rating, row.TimeMs);
        }

        SortByTime(events, offsets);
        return new Draft(itemIds, Array.ConvertAll(order, u => userNames[u]), offsets, events);
    }

    /// <summary>Items without texts, for what needs their number alone.</summary>
    public Item[] NamelessItems() => [.. Enumerable.Range(0, ItemIds.Count + 1).Select(id => Item.Padding with { Id = id })];

    private static (Dictionary<string, int> Ids, int[] IdOfPlace) Number(List<EventRow> rows, Dictionary<string, int> catalogue, IComparer<string>? order)
    {
        var used = new bool[catalogue.Count];
        foreach (var row in rows)
        {
            used[row.Item] = true;
        }

        var kept = catalogue.Where(c => used[c.Value]);
        var sorted = order is null ? kept.OrderBy(c => c.Value) : kept.OrderBy(c => c.Key, order);
        var (ids, idOfPlace) = (new Dictionary<string, int>(StringComparer.Ordinal), new int[catalogue.Count]);
        foreach (var (name, place) in sorted)
        {
            ids.Add(name, ids.Count + 1);
            idOfPlace[place] = ids.Count;
        }

        return (ids, idOfPlace);
    }

    private static void SortByTime(Event[] events, int[] offsets)
    {
        for (var u = 0; u + 1 < offsets.Length; u++)
        {
            var own = events.AsSpan(offsets[u], offsets[u + 1] - offsets[u]);
            var keys = new (long Time, int At)[own.Length];
            for (var i = 0; i < keys.Length; i++)
            {
                keys[i] = (own[i].TimeMs, i);
            }

            keys.AsSpan().Sort(own);
        }
    }
}
