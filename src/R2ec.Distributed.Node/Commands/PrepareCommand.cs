using System.CommandLine;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>prepare</c>.</summary>
internal static class PrepareCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var format = new Option<string>("--format") { Description = "Form of the raw files.", HelpName = "amazon|movielens|csv", Required = true };
        format.AcceptOnlyFromAmong("amazon", "movielens", "csv");
        var interactions = new Option<string>("--interactions") { Description = "Raw interactions; .gz is read as it is.", HelpName = "FILE", Required = true };
        var items = new Option<string>("--items") { Description = "Raw items; .gz is read as it is.", HelpName = "FILE", Required = true };
        var output = new Option<string>("--out") { Description = "Folder to make; it appears whole or not at all.", HelpName = "DIR", Required = true };
        var start = new Option<string?>("--start") { Description = "First month; left out, there is no time window.", HelpName = "YYYY-MM" };
        var end = new Option<string?>("--end") { Description = "Last month.", HelpName = "YYYY-MM" };
        var core = Count("--k-core", 0, "Keep users and items with at least N interactions each, again and again until all have them.");
        var window = Count("--window", 20, "Interactions of a history that a prompt shows.");
        var minItems = Count("--min-items", 0, "Move --start back by three months until so many items are left.");
        var price = new Option<bool>("--require-price") { Description = "Leave out items without a price." };
        var statistics = new Option<string>("--item-statistics") { Description = "Where an item's rating and number of buyers come from: the training period, or all events.", HelpName = "train|visible", DefaultValueFactory = _ => "train" };
        statistics.AcceptOnlyFromAmong("train", "visible");
        var rating = new Option<double?>("--min-rating") { Description = "Leave out interactions rated lower.", HelpName = "R" };
        var itemEvents = Count("--min-item-events", 0, "Leave out items with fewer interactions.");
        var userEvents = Count("--min-user-events", 0, "Leave out users with fewer interactions.");
        var broken = Count("--max-broken-lines", 1000, "Give up after so many broken lines.");
        return new Verb("prepare", "Turn raw interaction files into a data set that a spec can name.", Teaching)
            .With(format, interactions, items, output, start, end, core, window, minItems, price, statistics, rating, itemEvents, userEvents, broken)
            .Does((parsed, stop) => PrepareRun.RunAsync(
                new PrepareRequest(
                    parsed.GetValue(format)!,
                    parsed.GetValue(interactions)!,
                    parsed.GetValue(items)!,
                    parsed.GetValue(output)!,
                    parsed.GetValue(start),
                    parsed.GetValue(end),
                    parsed.GetValue(core),
                    parsed.GetValue(window),
                    parsed.GetValue(minItems),
                    parsed.GetValue(price),
                    parsed.GetValue(statistics)!,
                    parsed.GetValue(rating),
                    parsed.GetValue(itemEvents),
                    parsed.GetValue(userEvents),
                    parsed.GetValue(broken)),
                stop));
    }

    private const string Teaching =
        """
        Examples:
          Amazon reviews (2018 or 2023, .json, .jsonl, plain or .gz):
            r2ec prepare --format amazon --interactions Gift_Cards_5.json.gz --items meta_Gift_Cards.json.gz --out data/gift-cards
            r2ec prepare --format amazon --interactions Video_Games.jsonl.gz --items meta_Video_Games.jsonl.gz --start 2022-10 --end 2023-10 --k-core 5 --out data/games
          MovieLens:
            r2ec prepare --format movielens --interactions ratings.csv --items movies.csv --min-rating 4 --min-item-events 10 --min-user-events 5 --out data/movielens-small
          Any csv (user,item,rating,timestamp and item,title,description,...):
            r2ec prepare --format csv --interactions events.csv --items products.csv --out data/shop
        Every row that is left out is counted by its reason, broken lines are named; DIR/manifest.json keeps it all. Twice the same gives the same bytes.
        """;

    private static Option<int> Count(string name, int otherwise, string description) => new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => otherwise };
}
