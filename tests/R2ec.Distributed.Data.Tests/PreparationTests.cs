using System.IO.Compression;
using System.Text;
using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data.Preparing;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Data.Tests;

public sealed class PreparationTests
{
    [Fact]
    public void Broken_lines_are_named_and_the_rest_is_prepared()
    {
        using var folder = new Scratch();
        var reviews = Reviews();
        reviews[10] = reviews[10][..25];
        reviews[30] = """{"overall": "five", "reviewerID": 3, "asin": null}""";

        var report = Preparation.Run(Amazon(folder, folder.Write("reviews.json", string.Join('\n', reviews) + "\n")));

        Assert.Equal(["reviews.json, line 11: no whole JSON object", "reviews.json, line 31: no user (reviewerID or user_id, a text)"], report.BrokenLines);
        Assert.Equal((238, 40, 9), (report.Set.InteractionCount, report.Set.UserCount, report.Set.ItemCount));
        Assert.Equal(2, report.Dropped["lines.broken"]);
    }

    [Fact]
    public void More_broken_lines_than_allowed_end_it_and_leave_nothing()
    {
        using var folder = new Scratch();
        var options = Amazon(folder, folder.Write("reviews.json", string.Join('\n', Enumerable.Repeat("nonsense", 5)))) with { MaxBrokenLines = 3 };

        var fault = Assert.Throws<InputException>(() => Preparation.Run(options));

        Assert.Contains("line 4", fault.Message, StringComparison.Ordinal);
        Assert.Contains("--max-broken-lines", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(options.Out));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(500)]
    public void A_torn_gzip_is_named_with_the_line_reached(int missing)
    {
        using var folder = new Scratch();
        var packed = Gzip(string.Join('\n', Enumerable.Repeat(Reviews(), 50).SelectMany(r => r)));
        File.WriteAllBytes(folder.Path("torn.json.gz"), packed[..^missing]);
        var options = Amazon(folder, folder.Path("torn.json.gz"));

        var fault = Assert.Throws<InputException>(() => Preparation.Run(options));

        Assert.Contains("torn.json.gz", fault.Message, StringComparison.Ordinal);
        Assert.Matches("line [0-9]+", fault.Message);
        Assert.False(Directory.Exists(options.Out));
    }

    [Fact]
    public void A_gzip_of_several_members_is_read_whole_whatever_its_name()
    {
        using var folder = new Scratch();
        var half = Gzip(string.Join('\n', Reviews().Take(120)) + "\n");
        File.WriteAllBytes(folder.Path("reviews.json"), [.. half, .. Gzip(string.Join('\n', Reviews().Skip(120)))]);

        Assert.Equal(240, Preparation.Run(Amazon(folder, folder.Path("reviews.json"))).Set.InteractionCount);
    }

    [Fact]
    public void Too_few_samples_for_the_split_are_refused()
    {
        using var folder = new Scratch();
        var options = Amazon(folder, folder.Write("four.json", string.Join('\n', Reviews().Take(4))));

        var fault = Assert.Throws<InputException>(() => Preparation.Run(options));

        Assert.Contains("3 samples", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(options.Out));
    }

    [Fact]
    public void An_existing_folder_is_refused_before_anything_is_read()
    {
        using var folder = new Scratch();
        Directory.CreateDirectory(folder.Path("out"));

        var fault = Assert.Throws<InputException>(() => Preparation.Run(Amazon(folder, folder.Path("not there"))));

        Assert.Contains("--out", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Twice_the_same_gives_the_same_bytes()
    {
        using var folder = new Scratch();
        var options = Amazon(folder, folder.Write("reviews.json", string.Join('\n', Reviews())));

        Preparation.Run(options);
        Preparation.Run(options with { Out = folder.Path("again") });

        foreach (var file in Directory.GetFiles(options.Out))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(folder.Path("again/" + Path.GetFileName(file))));
        }
    }

    [Fact]
    public void The_fields_of_2023_and_2018_mean_the_same()
    {
        using var folder = new Scratch();
        var new2023 = Reviews().Select(r => r.Replace("overall", "rating", StringComparison.Ordinal).Replace("reviewerID", "user_id", StringComparison.Ordinal)
            .Replace("asin", "parent_asin", StringComparison.Ordinal).Replace("unixReviewTime", "timestamp", StringComparison.Ordinal).Replace("}", "000}", StringComparison.Ordinal));

        var one = Preparation.Run(Amazon(folder, folder.Write("2018.json", string.Join('\n', Reviews()))));
        var two = Preparation.Run(Amazon(folder, folder.Write("2023.jsonl", string.Join('\n', new2023))) with { Out = folder.Path("two") });

        Assert.Equal(one.Set.Digest, two.Set.Digest);
    }

    [Fact]
    public void Statistics_of_items_come_from_the_training_period_unless_asked_otherwise()
    {
        using var folder = new Scratch();
        var options = Amazon(folder, folder.Write("reviews.json", string.Join('\n', Reviews())));

        var train = Preparation.Run(options).Set;
        var visible = Preparation.Run(options with { Out = folder.Path("visible"), ItemStatistics = ItemStatistics.Visible }).Set;

        var end = train.Target(train.Samples(Split.Valid)[0]).TimeMs;
        var before = Enumerable.Range(0, train.UserCount).Sum(u => train.Events(u).ToArray().Count(e => e.TimeMs < end));
        Assert.Equal(before, train.Items.Sum(i => i.RatingCount));
        Assert.Equal(240, visible.Items.Sum(i => i.RatingCount));
    }

    [Fact]
    public void The_core_is_stable()
    {
        using var folder = new Scratch();
        var lines = Reviews().Append(Review("loner", "i0", 0)).Concat(Enumerable.Range(0, 5).Select(n => Review("u1", "rare", n)));
        var options = Amazon(folder, folder.Write("reviews.json", string.Join('\n', lines)), "rare") with { MinItemEvents = 6, MinUserEvents = 2 };

        var report = Preparation.Run(options);

        Assert.Equal(6, report.Dropped["interactions.core"]);
        Assert.Equal((240, 40, 9), (report.Set.InteractionCount, report.Set.UserCount, report.Set.ItemCount));
    }

    [Fact]
    public void Csv_files_take_further_columns_as_attributes_and_times_of_three_kinds()
    {
        using var folder = new Scratch();
        var times = new[] { "1500000000", "1500086400000", "2017-07-16T02:40:00Z", "2017-07-17 02:40:00", "2017-07-18T02:40:00+00:00" };
        var rows = Enumerable.Range(0, 10).SelectMany(u => times.Select((t, n) => $"user {u},{(u + n) % 6},{n + 0.5},{t}"));
        var items = Enumerable.Range(0, 6).Select(i => $"{i},\"Item, \"\"{i}\"\"\nsecond line\",About it,red|blue,{i % 2}");

        var report = Preparation.Run(new PrepareOptions
        {
            Format = PrepareFormat.Csv,
            Interactions = folder.Write("i.csv", "user,item,rating,timestamp\r\n" + string.Join("\r\n", rows)),
            Items = folder.Write("m.csv", "item,title,description,colour,Kind\n" + string.Join('\n', items) + "\n"),
            Out = folder.Path("out"),
        });

        var item = report.Set.Items[2];
        Assert.Equal(("1", "Item, \"1\" second line", "About it"), (item.ExternalId, item.Title, item.Text));
        Assert.Equal(["red", "blue"], item.Values("colour"));
        Assert.Equal(["1"], item.Values("Kind"));
        Assert.Equal(Enumerable.Range(0, 5).Select(n => 1_500_000_000_000 + (n * Sets.Day)), report.Set.Events(0).ToArray().Select(e => e.TimeMs));
    }

    [Theory]
    [InlineData("user,item,stars,timestamp\nu,1,5,1", "rating")]
    [InlineData("", "columns")]
    [InlineData("user,item,rating,timestamp\nu,\"1,5,1\nv,1,5,1", "line 2")]
    public void Csv_faults_name_their_place(string text, string said)
    {
        using var folder = new Scratch();
        var options = new PrepareOptions { Format = PrepareFormat.Csv, Interactions = folder.Write("i.csv", text), Items = folder.Write("m.csv", "item,title\n1,One"), Out = folder.Path("out") };

        Assert.Contains(said, Assert.Throws<InputException>(() => Preparation.Run(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_another_width_and_values_of_another_kind_are_broken()
    {
        using var folder = new Scratch();
        var rows = Enumerable.Range(0, 40).Select(n => $"u{n % 4},{n % 5},3,{1_500_000_000 + n}").ToList();
        rows.InsertRange(3, ["u1,2,3", "u1,2,good,1500000000", "u1,2,3,yesterday", "u1,2,3,3/4/2018"]);

        var report = Preparation.Run(new PrepareOptions
        {
            Format = PrepareFormat.Csv,
            Interactions = folder.Write("i.csv", "user,item,rating,timestamp\n" + string.Join('\n', rows)),
            Items = folder.Write("m.csv", "item,title\n" + string.Join('\n', Enumerable.Range(0, 5).Select(i => $"{i},T{i}"))),
            Out = folder.Path("out"),
        });

        Assert.Equal(["i.csv, line 5", "i.csv, line 6", "i.csv, line 7", "i.csv, line 8"], report.BrokenLines.Select(b => b.Split(':')[0]));
        Assert.Equal(40, report.Set.InteractionCount);
    }

    [Fact]
    public void MovieLens_small_becomes_the_set_of_the_reference_run()
    {
        using var folder = new Scratch();
        var options = new PrepareOptions
        {
            Format = PrepareFormat.MovieLens,
            Interactions = SharedFolder.Need("data", "ml-latest-small", "ratings.csv"),
            Items = SharedFolder.Need("data", "ml-latest-small", "movies.csv"),
            Out = folder.Path("ml"),
            MinRating = 4,
            MinItemEvents = 10,
            MinUserEvents = 5,
        };

        var set = Preparation.Run(options).Set;

        Assert.Equal((653, 1255), (set.UserCount, set.ItemCount));
        Assert.Equal((30_660, 3_833, 3_833), (set.Samples(Split.Train).Count, set.Samples(Split.Valid).Count, set.Samples(Split.Test).Count));
        Assert.Equal("Toy Story (1995)", set.Items[1].Title);
        Assert.Equal(["1995"], set.Items[1].Values("era"));
        Assert.True(set.Items.Skip(1).Select(i => int.Parse(i.ExternalId, System.Globalization.CultureInfo.InvariantCulture)).SequenceEqual(set.Items.Skip(1).Select(i => int.Parse(i.ExternalId, System.Globalization.CultureInfo.InvariantCulture)).Order()));
    }

    [Theory]
    [InlineData(1999, 1995)]
    [InlineData(1970, 1970)]
    [InlineData(1969, 1960)]
    [InlineData(1925, 1920)]
    [InlineData(1902, 1920)]
    public void Eras_are_five_years_from_1970_and_decades_before(int year, int era) => Assert.Equal(era, MovieLensFormat.Era(year));

    [Fact]
    public void The_manifest_tells_counts_drops_options_and_sources_without_paths()
    {
        using var folder = new Scratch();
        var options = Amazon(folder, folder.Write("reviews.json", string.Join('\n', Reviews()))) with { KCore = 2, Start = new Month(2001, 1) };

        Preparation.Run(options);

        var text = File.ReadAllText(Path.Combine(options.Out, "manifest.json"));
        using var json = JsonDocument.Parse(text);
        Assert.Equal(240, json.RootElement.GetProperty("counts").GetProperty("interactions").GetInt32());
        Assert.Equal(160, json.RootElement.GetProperty("counts").GetProperty("samples").GetProperty("train").GetInt32());
        Assert.Equal(2, json.RootElement.GetProperty("options").GetProperty("k_core").GetInt32());
        Assert.Equal("2001-01", json.RootElement.GetProperty("options").GetProperty("start").GetString());
        Assert.Equal("meta.json", json.RootElement.GetProperty("sources")[0].GetProperty("name").GetString());
        Assert.DoesNotContain(folder.Path(""), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Senseless_options_are_told_all_at_once()
    {
        var options = new PrepareOptions { Format = PrepareFormat.Csv, Interactions = "a", Items = "b", Out = "c", Window = 0, KCore = -1, RequirePrice = true };

        var fault = Assert.Throws<InputException>(options.Check);

        Assert.All(["--window", "--k-core", "--require-price"], o => Assert.Contains(o, fault.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("  Caf&eacute; &amp; more ", "Caf  & more")]
    [InlineData("A<b>B</b>\tC  D", "AB C D")]
    [InlineData("5&quot; x 7&QUOT; &copy2020", "5\" x 7\"  2020")]
    [InlineData("&#39;x&#x27; &#1; &unknown;", "'x' &unknown;")]
    public void Titles_are_cleaned_as_the_rules_say(string raw, string clean) => Assert.Equal(clean, TitleRules.Clean(raw));

    private static List<string> Reviews() => [.. Enumerable.Range(0, 40).SelectMany(u => Enumerable.Range(0, 6).Select(n => Review($"u{u}", $"i{((u * 3) + n) % 9}", n)))];

    private static string Review(string user, string item, int day) =>
        $$"""{"overall": 5.0, "reviewerID": "{{user}}", "asin": "{{item}}", "unixReviewTime": {{1_500_000_000 + (86_400 * day)}}}""";

    private static PrepareOptions Amazon(Scratch folder, string reviews, params string[] moreItems)
    {
        var ids = Enumerable.Range(0, 9).Select(i => $"i{i}").Concat(moreItems);
        return new PrepareOptions
        {
            Format = PrepareFormat.Amazon,
            Interactions = reviews,
            Items = folder.Write("meta.json", string.Join('\n', ids.Select(i => $$"""{"asin": "{{i}}", "title": "Thing number {{i}}"}"""))),
            Out = folder.Path("out"),
        };
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }
}
