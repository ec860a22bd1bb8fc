namespace R2ec.Distributed.Data.Tests;

/// <summary>Small data sets for tests.</summary>
internal static class Sets
{
    public const long Day = 24L * 60 * 60 * 1000;

    public static Item Item(int id, string title = "", params (string Name, string[] Values)[] attributes) => new(
        id, $"x{id}", title.Length == 0 ? $"Thing {id}" : title, "", 0, 0, attributes.ToDictionary(a => a.Name, IReadOnlyList<string> (a) => a.Values));

    /// <summary>Users who walk round a ring of items, one a day, each from an item of their own.</summary>
    public static DataSet Ring(int users = 10, int items = 7, int events = 6, int window = 3) => DataSet.Create(
        "ring",
        [.. Enumerable.Range(1, items).Select(i => Item(i))],
        [.. Enumerable.Range(0, users).Select(u => new UserHistory($"u{u:D3}", [.. Enumerable.Range(0, events).Select(n => new Event(((u + n) % items) + 1, 3 + (n % 3), (u + n) * Day))]))],
        window);

    /// <summary>Many users and events at random, for measures.</summary>
    public static DataSet Big(int users, int items, int events, ulong seed)
    {
        var chance = new Uniform(seed);
        return DataSet.Create(
            "big",
            [.. Enumerable.Range(1, items).Select(i => Item(i, $"Item number {i}", ("group", [$"g{i % 50}"])) with { Text = "a description of some length, as descriptions are " + i })],
            [.. Enumerable.Range(0, users).Select(u => new UserHistory($"u{u:D7}", [.. Enumerable.Range(0, events).Select(_ => new Event(1 + (int)(chance.Next() * items), 1 + (int)(chance.Next() * 5), (long)(chance.Next() * 1e12)))]))],
            20);
    }
}
