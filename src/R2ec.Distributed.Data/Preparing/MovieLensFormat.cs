using System.Globalization;
using System.Text.RegularExpressions;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>MovieLens: ratings.csv (userId, movieId, rating, timestamp in seconds) and movies.csv (movieId, title, genres). Attributes: year, era, genres.</summary>
internal sealed partial class MovieLensFormat : IRawFormat
{
    private const int FiveYearErasFrom = 1970;
    private const int FirstEra = 1920;

    public IComparer<string>? ItemOrder { get; } = Comparer<string>.Create((a, b) =>
        long.TryParse(a, CultureInfo.InvariantCulture, out var x) && long.TryParse(b, CultureInfo.InvariantCulture, out var y) ? x.CompareTo(y) : string.CompareOrdinal(a, b));

    public IEnumerable<RawEvent> Events(RawFile file, BrokenLines broken) => CsvFormat.Events(file, broken, ["userId"], ["movieId"], ["rating"], ["timestamp"]);

    public IEnumerable<RawItem> Items(RawFile file, BrokenLines broken, Drops drops)
    {
        var table = new CsvTable(file, broken);
        var (id, title, genres) = (table.Need("movieId"), table.Need("title"), table.Need("genres"));
        while (table.Next())
        {
            var name = CsvFormat.OneLine(table.Field(title));
            if (table.Field(id).Length == 0)
            {
                table.Broken("no movieId");
            }
            else if (name.Length == 0)
            {
                drops.Add("items.no_title");
            }
            else
            {
                yield return new RawItem(table.Field(id), name, "", null, null, table.Line) { Attributes = Attributes(name, table.Field(genres)) };
            }
        }
    }

    /// <summary>Five-year steps from 1970 on, decades before, nothing before 1920; a film without a year counts as the oldest.</summary>
    public static int Era(int year) => year >= FiveYearErasFrom ? year / 5 * 5 : Math.Max(FirstEra, year / 10 * 10);

    private static Dictionary<string, IReadOnlyList<string>> Attributes(string title, string genres)
    {
        var found = Year().Match(title);
        var year = found.Success ? int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        var attributes = new Dictionary<string, IReadOnlyList<string>> { ["era"] = [Era(year).ToString(CultureInfo.InvariantCulture)] };
        if (year > 0)
        {
            attributes["year"] = [found.Groups[1].Value];
        }

        if (genres.Length > 0 && !genres.StartsWith('('))
        {
            attributes["genres"] = genres.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }

        return attributes;
    }

    [GeneratedRegex(@"\(([0-9]{4})\)\s*$")]
    private static partial Regex Year();
}
