namespace R2ec.Distributed.Data.Quickstart;

/// <summary>
/// The embedded world: a catalogue whose titles hide what decides, and users whose interests drift. An item has a theme, a style, a noun of the theme and a
/// look of the style; its title is "look noun", so the next purchase follows from the history only through facts that no title states. Because the
/// world's chances are known, so is the best that any ranker can reach (<see cref="QuickstartOptimum"/>).
/// </summary>
public static class QuickstartWorld
{
    /// <summary>What the data set is called.</summary>
    public const string Name = "quickstart";

    /// <summary>Events in a prompt.</summary>
    public const int Window = 6;

    /// <summary>Purchases of each user.</summary>
    public const int Purchases = 12;

    /// <summary>A target has at least so many events before it.</summary>
    public const int MinHistory = 3;

    /// <summary>A target, and a purchase that says something of the user's interest, is rated at least so.</summary>
    public const double LikedRating = 4;

    /// <summary>Chance that the theme is drawn anew before a purchase; it may come out the same.</summary>
    public const double ThemeDrift = 0.15;

    /// <summary>Chance that the style is drawn anew before a purchase; it may come out the same.</summary>
    public const double StyleDrift = 0.10;

    /// <summary>Chance that a purchase is an accident: any other item, rated 1 to 3.</summary>
    public const double Accidents = 0.10;

    private const int NounsPerCell = 6;
    private const double FirstDays = 300;
    private const double MeanGapDays = 6;
    private const double MsPerDay = 24 * 60 * 60 * 1000;

    /// <summary>Themes and their eight nouns.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Nouns { get; } = Table(
        ("camping", "tent stove lantern hammock cooler tarp compass canteen"),
        ("cooking", "skillet whisk ladle colander grater spatula kettle cleaver"),
        ("gardening", "trowel hose seeds planter shears rake sprinkler mulch"),
        ("music", "guitar capo metronome tuner pedal drum violin microphone"),
        ("fishing", "rod reel lure bobber net tackle waders sinker"),
        ("painting", "easel canvas brush palette gesso varnish pastels charcoal"),
        ("cycling", "helmet saddle pump derailleur jersey bell lock pannier"),
        ("astronomy", "telescope eyepiece tripod starmap binoculars filter mount dome"));

    /// <summary>Styles and their three looks.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Looks { get; } = Table(
        ("rustic", "oak woven copper"), ("modern", "steel slim matte"), ("vintage", "brass retro faded"));

    /// <summary>Draws a world. Items: theme, style, noun and look as attributes, "style noun for theme" as text, statistics over all events.</summary>
    /// <param name="users">Users, at least enough for three splits (3 or more).</param>
    /// <param name="uniform">Draws from [0, 1), in a fixed order: the same numbers give the same world.</param>
    public static DataSet Create(int users, Func<double> uniform)
    {
        var chance = new Draws(uniform);
        var bare = Catalogue(chance);
        var cells = Cells(bare);
        var width = (users - 1).ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        var histories = Enumerable.Range(0, users)
            .Select(u => new UserHistory("u" + u.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(width, '0'), Walk(bare.Length, cells, chance)))
            .ToArray();
        return DataSet.Create(Name, Rated(bare, histories), histories, Window, LikedRating, MinHistory);
    }

    /// <summary>Item ids per (theme, style), ascending.</summary>
    internal static OrderedDictionary<(string Theme, string Style), List<int>> Cells(IEnumerable<Item> items)
    {
        var cells = new OrderedDictionary<(string Theme, string Style), List<int>>();
        foreach (var theme in Nouns.Keys)
        {
            foreach (var style in Looks.Keys)
            {
                cells[(theme, style)] = [];
            }
        }

        foreach (var item in items)
        {
            cells[(item.Values("theme")[0], item.Values("style")[0])].Add(item.Id);
        }

        return cells;
    }

    private static Item[] Catalogue(Draws chance)
    {
        var items = new List<Item>();
        foreach (var (theme, nouns) in Nouns)
        {
            foreach (var (style, looks) in Looks)
            {
                foreach (var noun in chance.Some(nouns, NounsPerCell))
                {
                    var look = chance.One(looks);
                    items.Add(new Item(0, "", $"{look} {noun}", $"{style} {noun} for {theme}", 0, 0, Attributes(theme, style, noun, look)));
                }
            }
        }

        var shuffled = chance.Some(items, items.Count);
        return [.. shuffled.Select((item, at) => item with { Id = at + 1, ExternalId = $"i{at + 1:D3}" })];
    }

    private static List<Event> Walk(int items, OrderedDictionary<(string Theme, string Style), List<int>> cells, Draws chance)
    {
        string[] themes = [.. Nouns.Keys], styles = [.. Looks.Keys];
        var days = chance.Uniform() * FirstDays;
        var (theme, style) = (chance.One(themes), chance.One(styles));
        var (seen, events) = (new HashSet<int>(), new List<Event>());
        for (var n = 0; n < Purchases; n++)
        {
            days -= MeanGapDays * Math.Log(1 - chance.Uniform());
            theme = chance.Uniform() < ThemeDrift ? chance.One(themes) : theme;
            style = chance.Uniform() < StyleDrift ? chance.One(styles) : style;
            var fresh = Fresh(cells[(theme, style)], seen);
            while (fresh.Count == 0)
            {
                (theme, style) = (chance.One(themes), chance.One(styles));
                fresh = Fresh(cells[(theme, style)], seen);
            }

            var accident = chance.Uniform() < Accidents;
            var item = chance.One(accident ? Fresh(Enumerable.Range(1, items), seen) : fresh);
            var rating = accident ? 1 + chance.Below(3) : 4 + chance.Below(2);
            seen.Add(item);
            events.Add(new Event(item, rating, (long)Math.Round(days * MsPerDay)));
        }

        return events;
    }

    private static List<int> Fresh(IEnumerable<int> items, HashSet<int> seen) => [.. items.Where(i => !seen.Contains(i))];

    private static Item[] Rated(Item[] items, UserHistory[] users)
    {
        var ratings = users.SelectMany(u => u.Events).ToLookup(e => e.Item, e => (double)e.Rating);
        return Array.ConvertAll(items, i => i with
        {
            AverageRating = ratings[i.Id].Any() ? Decimals.Round(ratings[i.Id].Average(), 2) : 0,
            RatingCount = ratings[i.Id].Count(),
        });
    }

    private static Dictionary<string, IReadOnlyList<string>> Attributes(string theme, string style, string noun, string look) => new()
    {
        ["theme"] = [theme], ["style"] = [style], ["noun"] = [noun], ["look"] = [look],
    };

    // The order of the names decides what each draw means, so it must be one that the type promises.
    private static OrderedDictionary<string, IReadOnlyList<string>> Table(params (string Name, string Words)[] rows) =>
        new(rows.Select(r => KeyValuePair.Create<string, IReadOnlyList<string>>(r.Name, r.Words.Split(' '))));
}
