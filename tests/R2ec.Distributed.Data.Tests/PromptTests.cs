using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Data.Prompts;
using R2ec.Distributed.Data.Quickstart;

namespace R2ec.Distributed.Data.Tests;

public sealed class PromptTests
{
    private static readonly DataSet World = QuickstartWorld.Create(60, new Uniform(7).Next);

    private static readonly PromptSpec QuickstartPrompts = new()
    {
        User = "<|im_start|>user\nMy purchases and ratings:\n{history}\n<|im_end|>\n<|im_start|>assistant\n",
        HistoryLine = "{age} ago: [{title}] ({rating:0})",
        Item = "<|im_start|>user\nTitle: {title}\nUser Rating: {average_rating:1}\nNumber of Buyers: {rating_count}\nDescription: {text}<|im_end|>\n<|im_start|>assistant\n",
        AgeStyle = "days",
    };

    private static readonly PromptSpec FilmPrompts = new()
    {
        User = "Liked:{history}\nNext:",
        HistoryLine = "[{title}]",
        HistorySeparator = "",
        Item = "[{title}] {attribute.era} {attribute.genres}",
        UnseenItem = " {attribute.era} {attribute.genres}",
        UnseenTitle = " {attribute.era} {attribute.genres}",
    };

    [Fact]
    public void The_default_is_the_papers_message()
    {
        var set = Sets.Ring();
        var text = new PromptWriter(set, new PromptSpec { Thing = "gift card", Things = "gift cards" }).User([new Event(2, 4.5f, 0), new Event(3, 4, Sets.Day)], (2 * Sets.Day) + (90 * 60 * 1000));

        Assert.Equal(
            "Analyze in depth and finally recommend next gift card I might purchase inside <answer> and </answer>.\nFor example, <answer>a product</answer>.\n\n" +
            "Below is my historical gift cards purchases and ratings (out of 5):\n2d 1.5h ago: [Thing 2] (4.5)\n1d 1.5h ago: [Thing 3] (4.0)",
            text);
    }

    [Fact]
    public void The_default_item_message_shows_all_that_is_known()
    {
        var set = DataSet.Create("one", [Sets.Item(1) with { Text = "one two three", AverageRating = 4.75, RatingCount = 4 }], [new UserHistory("u", [.. Enumerable.Range(0, 12).Select(n => new Event(1, 5, n))])], 3);

        Assert.Equal(
            "Summarize key attributes of the following item inside <answer> and </answer>.\n\nTitle: Thing 1\nUser Rating: 4.75\nNumber of Buyers: 4\nDescription: one two...",
            new PromptWriter(set, new PromptSpec { TextWords = 2 }).Item(1));
    }

    [Fact]
    public void The_quickstarts_prompts_can_be_written()
    {
        var writer = new PromptWriter(World, QuickstartPrompts);
        var sample = World.Samples(Split.Train)[0];

        Assert.Matches(@"^<\|im_start\|>user\nMy purchases and ratings:\n([0-9]+d ago: \[\w+ \w+\] \([1-5]\)\n)+<\|im_end\|>\n<\|im_start\|>assistant\n$", writer.User(sample));
        Assert.Matches(@"^<\|im_start\|>user\nTitle: \w+ \w+\nUser Rating: [1-5]\.[0-9]\nNumber of Buyers: [0-9]+\nDescription: \w+ \w+ for \w+<\|im_end\|>\n<\|im_start\|>assistant\n$", writer.Item(3));
    }

    [Fact]
    public void Titles_that_training_never_saw_are_replaced_by_attributes()
    {
        var writer = new PromptWriter(Films(), FilmPrompts);

        Assert.Equal("Liked:[Old Film (1995)][ 2010 Drama]\nNext:", writer.User([new Event(1, 5, 0), new Event(3, 5, 1)], 2));
        Assert.Equal("[Old Film (1995)] 1995 Action Comedy Thriller", writer.Item(1));
        Assert.Equal(" 2010 Drama", writer.Item(3));
        Assert.Equal(" 1995 Action Comedy Thriller", writer.Item(1, plain: true));
        Assert.False(writer.Seen(3));
    }

    [Fact]
    public void Noise_leaves_events_out_but_never_all()
    {
        var writer = new PromptWriter(Films(), FilmPrompts);
        Event[] window = [new Event(1, 5, 0), new Event(2, 5, 1)];

        Assert.Equal("Liked:[New Film (2001)]\nNext:", writer.User(window, 2, () => 0.1, drop: 0.5, plain: 0));
        Assert.Equal("Liked:[ 1995 Action Comedy Thriller][ 2000 Drama]\nNext:", writer.User(window, 2, () => 0.6, drop: 0.5, plain: 0.7));
    }

    [Theory]
    [InlineData("{titel}", "{title}")]
    [InlineData("{attribute.genre}", "genres")]
    [InlineData("{title", "does not close")]
    [InlineData("{rating:x}", "0 to 6")]
    public void A_wrong_placeholder_is_named_with_the_nearest_right_one(string line, string said)
    {
        var fault = Assert.Throws<InputException>(() => new PromptWriter(Films(), FilmPrompts with { HistoryLine = line }));

        Assert.Contains("prompts.history_line", fault.Message, StringComparison.Ordinal);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Doubled_braces_are_braces() =>
        Assert.Equal("{Old Film (1995)}", new PromptWriter(Films(), FilmPrompts with { User = "{history}", HistoryLine = "{{{title}}}" }).User([new Event(1, 5, 0)], 1));

    [Fact]
    public void Titles_are_cut_by_words() =>
        Assert.Equal("[Old Film...]", new PromptWriter(Films(), FilmPrompts with { User = "{history}", TitleWords = 2 }).User([new Event(1, 5, 0)], 1));

    [Fact]
    public void A_plausible_chain_names_facts_of_its_window_and_a_hindsight_chain_those_of_its_target()
    {
        var chains = new ChainWriter(World, new PromptWriter(World, QuickstartPrompts), QuickstartChains());
        var chance = new Uniform(3);
        foreach (var sample in World.Samples(Split.Train).Take(200))
        {
            var window = World.WindowOf(sample).ToArray().Select(e => World.Items[e.Item]).ToArray();
            var goal = World.Items[World.Target(sample).Item];

            var plausible = chains.Plausible(sample, chance.Next);
            Assert.Contains(window, a => window.Any(b => plausible == Chain(a, b)));

            var hindsight = chains.Hindsight(sample, chance.Next);
            Assert.EndsWith($"Next: {goal.Values("style")[0]} {goal.Values("theme")[0]} <answer>", hindsight, StringComparison.Ordinal);
            var (nouns, looks) = (window.Where(i => i.Values("theme")[0] == goal.Values("theme")[0]).ToArray(), window.Where(i => i.Values("style")[0] == goal.Values("style")[0]).ToArray());
            Assert.Contains(nouns.DefaultIfEmpty(goal), a => looks.DefaultIfEmpty(goal).Any(b => hindsight == Chain(a, b)));
        }
    }

    [Fact]
    public void Values_are_drawn_and_sorted_and_a_fallback_stands_in()
    {
        var films = Films();
        var writer = new ChainWriter(films, new PromptWriter(films, FilmPrompts), new ChainSpec
        {
            Template = " {a.era} {b.genres:2|Drama} like[{c.title}]<answer>",
            Plausible = new Dictionary<string, string> { ["a"] = "history", ["b"] = "history", ["c"] = "history" },
            Hindsight = new Dictionary<string, string> { ["a"] = "target", ["b"] = "target", ["c"] = "near" },
        });
        var chance = new Uniform(5);
        var chains = Enumerable.Range(0, 300).Select(_ => writer.Plausible(films.Samples(Split.Train)[^1], chance.Next)).Distinct().ToArray();

        Assert.All(chains, c => Assert.Matches(@"^ \d{4} (Action Comedy|Action Thriller|Comedy Thriller|Drama) like\[(Old Film \(1995\)|New Film \(2001\))\]<answer>$", c));
        Assert.Contains(chains, c => c.Contains("Comedy Thriller", StringComparison.Ordinal));
        Assert.Matches(@" like\[", writer.Hindsight(films.Samples(Split.Valid)[0], chance.Next));
    }

    [Fact]
    public void Faults_of_chains_are_told_all_at_once()
    {
        var spec = new ChainSpec
        {
            Template = "{a.them} {b.noun} {noun}",
            Plausible = new Dictionary<string, string> { ["a"] = "target" },
            Hindsight = new Dictionary<string, string> { ["a"] = "nearr", ["b"] = "match:themes" },
        };

        var fault = Assert.Throws<InputException>(() => new ChainWriter(World, new PromptWriter(World, QuickstartPrompts), spec));

        Assert.All(["nearest is theme", "letter b has no source", "{a.noun}", "plausible.a", "nearest is near"], said => Assert.Contains(said, fault.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.25, 1, "0.2")]
    [InlineData(0.75, 1, "0.8")]
    [InlineData(2.675, 2, "2.67")]
    [InlineData(4.125, 2, "4.12")]
    [InlineData(0.05, 1, "0.1")]
    [InlineData(0.15, 1, "0.1")]
    [InlineData(2.5, 0, "2")]
    public void Decimals_round_the_exact_value_half_to_even(double value, int places, string text) => Assert.Equal(text, Decimals.Fixed(value, places));

    private static ChainSpec QuickstartChains() => new()
    {
        Template = "A {a.noun} means {a.theme}. A {b.look} look means {b.style}. Next: {b.style} {a.theme} <answer>",
        Plausible = new Dictionary<string, string> { ["a"] = "history", ["b"] = "history" },
        Hindsight = new Dictionary<string, string> { ["a"] = "match:theme", ["b"] = "match:style" },
    };

    private static string Chain(Item a, Item b) =>
        $"A {a.Values("noun")[0]} means {a.Values("theme")[0]}. A {b.Values("look")[0]} look means {b.Values("style")[0]}. Next: {b.Values("style")[0]} {a.Values("theme")[0]} <answer>";

    // Film 3 is seen on the last day only, so training never shows it.
    private static DataSet Films() => DataSet.Create(
        "films",
        [
            Sets.Item(1, "Old Film (1995)", ("era", ["1995"]), ("genres", ["Action", "Comedy", "Thriller"])),
            Sets.Item(2, "New Film (2001)", ("era", ["2000"]), ("genres", ["Drama"])),
            Sets.Item(3, "Last Film (2011)", ("era", ["2010"]), ("genres", ["Drama"])),
        ],
        [new UserHistory("u", [.. Enumerable.Range(0, 20).Select(n => new Event(n == 19 ? 3 : 1 + (n % 2), 5, n * Sets.Day))])],
        4);
}
