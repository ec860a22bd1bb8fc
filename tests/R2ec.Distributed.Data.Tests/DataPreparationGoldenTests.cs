using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data.Preparing;
using R2ec.Distributed.Data.Prompts;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Data.Tests;

/// <summary>Prepared data against golden/recpo/dataprep.json: every run that the file lists, from the raw files that it names.</summary>
public sealed class DataPreparationGoldenTests
{
    public static TheoryData<string> Runs()
    {
        var path = SharedFolder.GoldenPath("recpo", "dataprep.json");
        var rows = new TheoryData<string>();
        if (File.Exists(path))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var run in json.RootElement.GetProperty("runs").EnumerateObject())
            {
                rows.Add(run.Name);
            }
        }

        if (rows.Count == 0)
        {
            rows.Add("");
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_prepared_set_has_the_published_counts_splits_and_listings(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Golden("recpo", "dataprep.json")));
        Assert.SkipWhen(name.Length == 0, "dataprep.json lists no runs");
        var want = json.RootElement.GetProperty("runs").GetProperty(name);
        using var folder = new Scratch();

        var report = Preparation.Run(Options(want, folder.Path("set")));

        var set = DataSet.Load(folder.Path("set"), verifyHashes: true);
        Same(want, "events", set.InteractionCount);
        Same(want, "users", set.UserCount);
        Same(want, "items", set.ItemCount);
        Same(want, "growth_steps", report.GrowthSteps);
        foreach (var split in Enum.GetValues<Split>())
        {
            Same(want.GetProperty("splits"), SplitName(split), set.Samples(split).Count);
        }

        if (want.TryGetProperty("start_reached", out var start))
        {
            Assert.Equal(new Month(start[0].GetInt32(), start[1].GetInt32()), report.StartReached);
        }

        SameDrops(want, report);
        foreach (var hash in want.GetProperty("sha256").EnumerateObject())
        {
            if (Listing(set, hash.Name) is { } listing)
            {
                Assert.True(hash.Value.GetString() == Hash(listing), $"{name}: {hash.Name} differs");
            }
        }

        SameRows(want, set);
    }

    [Fact]
    public void Ages_read_as_published()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Golden("recpo", "dataprep.json")));
        Assert.SkipUnless(json.RootElement.TryGetProperty("delta_vectors", out var vectors), "dataprep.json has no delta_vectors");

        foreach (var vector in vectors.EnumerateArray())
        {
            Assert.Equal(vector.GetProperty("text").GetString(), Age.Text(TimeSpan.FromSeconds(vector.GetProperty("seconds").GetInt64())) + " ago");
        }
    }

    private static PrepareOptions Options(JsonElement want, string to)
    {
        var files = want.GetProperty("files").GetString()!;
        var cut = files.IndexOf('/', StringComparison.Ordinal);
        var names = files[(files.IndexOf('{', StringComparison.Ordinal) + 1)..files.IndexOf('}', StringComparison.Ordinal)].Split(',');
        var ending = files[(files.IndexOf('}', StringComparison.Ordinal) + 1)..];
        var given = want.GetProperty("options");
        return new PrepareOptions
        {
            Format = PrepareFormat.Amazon,
            Interactions = SharedFolder.Need("data", files[..cut], names[0] + ending),
            Items = SharedFolder.Need("data", files[..cut], names[1] + ending),
            Out = to,
            Start = Month(given.GetProperty("start")),
            End = Month(given.GetProperty("end")),
            KCore = given.GetProperty("k").GetInt32(),
            Window = given.GetProperty("window").GetInt32(),
            MinItems = given.GetProperty("min_items").GetInt32(),
            RequirePrice = given.GetProperty("require_price").GetBoolean(),
            ItemStatistics = ItemStatistics.Visible,
        };
    }

    private static Month Month(JsonElement pair) => new(pair[0].GetInt32(), pair[1].GetInt32());

    private static void Same(JsonElement want, string name, long found)
    {
        if (want.TryGetProperty(name, out var number))
        {
            Assert.True(number.GetInt64() == found, $"{name}: {found} instead of {number}");
        }
    }

    private static void SameDrops(JsonElement want, PrepareReport report)
    {
        if (!want.TryGetProperty("dropped_meta_lines", out var drops))
        {
            return;
        }

        var ours = report.Dropped.Where(d => d.Key.StartsWith("items.", StringComparison.Ordinal) && d.Key != "items.no_interactions").ToDictionary(d => d.Key["items.".Length..], d => d.Value);
        Assert.Equal(drops.EnumerateObject().Sum(d => d.Value.GetInt64()), ours.Values.Sum());
        foreach (var drop in drops.EnumerateObject().Where(d => ours.ContainsKey(d.Name)))
        {
            Assert.Equal(drop.Value.GetInt64(), ours[drop.Name]);
        }
    }

    private static void SameRows(JsonElement want, DataSet set)
    {
        if (!want.TryGetProperty("splits_first_20", out var splits))
        {
            return;
        }

        foreach (var split in Enum.GetValues<Split>())
        {
            var (at, rows) = (0, splits.GetProperty(SplitName(split)));
            foreach (var row in rows.EnumerateArray())
            {
                var sample = set.Samples(split)[at++];
                Assert.Equal(row.GetProperty("user").GetString(), set.UserName(sample.User));
                Assert.Equal(row.GetProperty("position").GetInt32(), sample.Position);
                Assert.Equal(row.GetProperty("history").EnumerateArray().Select(i => i.GetInt32()), Items(set, sample));
            }
        }
    }

    private static IEnumerable<string>? Listing(DataSet set, string name) => name switch
    {
        "items" => set.Items.Skip(1).Select(i => $"{i.Id}\t{i.ExternalId}\t{i.Title}"),
        "item_texts" => set.Items.Skip(1).Select(ItemText),
        "all_ids" => All(set).Select(s => Ids(set, s)),
        "train_ids" => set.Samples(Split.Train).Select(s => Ids(set, s)),
        "valid_ids" => set.Samples(Split.Valid).Select(s => Ids(set, s)),
        "test_ids" => set.Samples(Split.Test).Select(s => Ids(set, s)),
        "all_full" => All(set).Select(s => Full(set, s)),
        "all_deltas" => All(set).Select(s => Deltas(set, s)),
        _ => null,
    };

    private static IEnumerable<Sample> All(DataSet set) => set.Samples(Split.Train).Concat(set.Samples(Split.Valid)).Concat(set.Samples(Split.Test));

    private static string ItemText(Item item) =>
        $"Title: {item.Title}\nUser Rating: {Decimals.Shortest(item.AverageRating)}\nNumber of Buyers: {item.RatingCount}\nDescription: {item.Text}";

    private static int[] Items(DataSet set, Sample sample) => Array.ConvertAll(set.WindowOf(sample).ToArray(), e => e.Item);

    private static string Ids(DataSet set, Sample sample) => $"{set.UserName(sample.User)}\t{set.Target(sample).Item}\t{string.Join(',', Items(set, sample))}";

    private static string Full(DataSet set, Sample sample)
    {
        var (target, window) = (set.Target(sample), set.WindowOf(sample).ToArray());
        return string.Join(
            '\t',
            set.UserName(sample.User),
            target.TimeMs.ToString(CultureInfo.InvariantCulture),
            target.Item.ToString(CultureInfo.InvariantCulture),
            Decimals.Shortest(target.Rating),
            string.Join(',', window.Select(e => e.Item)),
            string.Join(',', window.Select(e => Decimals.Shortest(e.Rating))),
            string.Join(',', window.Select(e => e.TimeMs)));
    }

    private static string Deltas(DataSet set, Sample sample)
    {
        var now = set.Target(sample).TimeMs;
        return string.Join('|', set.WindowOf(sample).ToArray().Select(e => Age.Text(TimeSpan.FromMilliseconds(now - e.TimeMs)) + " ago"));
    }

    private static string Hash(IEnumerable<string> lines) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")))));

    private static string SplitName(Split split) => split switch
    {
        Split.Train => "train",
        Split.Valid => "valid",
        _ => "test",
    };
}
