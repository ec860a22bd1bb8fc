using System.Globalization;
using System.Text.RegularExpressions;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>
/// Any data as two csv files: interactions (user, item, rating, timestamp) and items (item, title, optionally description). Further columns of the items
/// are attributes; `|` separates several values.
/// </summary>
internal sealed partial class CsvFormat : IRawFormat
{
    /// <summary>A number from here on is milliseconds: in seconds it would lie beyond the year 5000, and in milliseconds below it before 1974.</summary>
    private const double FirstMilliseconds = 1e11;

    private static readonly string[] ItemNames = ["item", "item_id", "itemId", "parent_asin"];

    public IComparer<string>? ItemOrder => null;

    public IEnumerable<RawEvent> Events(RawFile file, BrokenLines broken) =>
        Events(file, broken, ["user", "user_id", "userId"], ItemNames, ["rating"], ["timestamp", "time"]);

    public IEnumerable<RawItem> Items(RawFile file, BrokenLines broken, Drops drops)
    {
        var table = new CsvTable(file, broken);
        var (id, title, text) = (table.Need(ItemNames), table.Need("title"), table.Find("description", "text"));
        var others = Enumerable.Range(0, table.Columns.Count).Where(c => c != id && c != title && c != text).ToArray();
        while (table.Next())
        {
            var name = OneLine(table.Field(title));
            if (table.Field(id).Length == 0)
            {
                table.Broken("no item");
            }
            else if (name.Length == 0)
            {
                drops.Add("items.no_title");
            }
            else
            {
                yield return new RawItem(table.Field(id), name, ItemText.Of([table.Field(text).Trim()]), null, null, table.Line) { Attributes = Attributes(table, others) };
            }
        }
    }

    /// <summary>Interactions of any csv; each column is given by the names that it may have.</summary>
    public static IEnumerable<RawEvent> Events(RawFile file, BrokenLines broken, string[] users, string[] items, string[] ratings, string[] times)
    {
        var table = new CsvTable(file, broken);
        var (user, item, rating, time) = (table.Need(users), table.Need(items), table.Need(ratings), table.Need(times));
        while (table.Next())
        {
            var stars = 0f;
            long ms = 0;
            var fault = table.Field(user).Length == 0 ? $"no {table.Columns[user]}"
                : table.Field(item).Length == 0 ? $"no {table.Columns[item]}"
                : !float.TryParse(table.Field(rating), NumberStyles.Float, CultureInfo.InvariantCulture, out stars) || !float.IsFinite(stars) ? $"{table.Columns[rating]} is no number"
                : !TryTime(table.Field(time), out ms) ? $"{table.Columns[time]} is neither seconds nor milliseconds since 1970 nor an ISO 8601 date"
                : null;
            if (fault is not null)
            {
                table.Broken(fault);
                continue;
            }

            yield return new RawEvent(table.Field(user), table.Field(item), stars, ms, table.Line);
        }
    }

    /// <summary>Seconds or milliseconds since 1970, or ISO 8601 (UTC where it names no offset).</summary>
    public static bool TryTime(string text, out long ms)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            ms = (long)Math.Round(Math.Abs(number) >= FirstMilliseconds ? number : number * 1000);
            return double.IsFinite(number) && Math.Abs(number) < 1e15;
        }

        var read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            && Iso().IsMatch(text.Trim());
        ms = at.ToUnixTimeMilliseconds();
        return read;
    }

    /// <summary>The text on one line: white space to single spaces, trimmed.</summary>
    public static string OneLine(string text) => White().Replace(text, " ").Trim();

    private static Dictionary<string, IReadOnlyList<string>> Attributes(CsvTable table, int[] columns)
    {
        var attributes = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var column in columns)
        {
            var values = OneLine(table.Field(column)).Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (values.Length > 0)
            {
                attributes[table.Columns[column].Trim()] = values;
            }
        }

        return attributes;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex White();

    // DateTimeOffset also reads "3/4/2018", which means two days.
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.,]+(Z|[+-][0-9:]+)?)?$")]
    private static partial Regex Iso();
}
