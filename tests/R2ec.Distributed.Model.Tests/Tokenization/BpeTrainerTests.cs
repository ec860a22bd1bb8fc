using System.Text;
using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Model.Tests.Tokenization;

public sealed class BpeTrainerTests
{
    private static readonly string[] Words = ["guitar", "amplifier", "pencil", "folder", "recommend", "purchases", "ratings", "answer"];

    [Fact]
    public void Merges_go_by_count_then_by_the_lower_pair()
    {
        // "ab" x 3, "bc" x 3 (all in abc x 2, ab, bc): both pairs count 3; a < b, so (a, b) is first; then abc's (ab, c) counts 2, (b, c) is left with 1.
        var json = BpeTrainer.Train(["abc", "abc", "ab", "bc"], 260, ["<end>"], []);

        Assert.Equal(["a b", "ab c", "b c"], Merges(json));
    }

    [Fact]
    public void Overlapping_pairs_are_merged_from_the_left()
    {
        using var tokenizer = Tokenizer.FromBytes(BpeTrainer.Train(["aaaaa"], 258, [], []));

        Assert.Equal(["a a", "aa a"], Merges(BpeTrainer.Train(["aaaaa"], 258, [], [])));
        Assert.Equal(["aa", "aaa"], tokenizer.Encode("aaaaa").Select(tokenizer.TokenOf));
    }

    [Fact]
    public void Training_agrees_with_counting_every_pair_anew()
    {
        foreach (var seed in Enumerable.Range(1, 20))
        {
            var texts = Enumerable.Range(0, 30).Select(i => new string([.. Enumerable.Range(0, 1 + (i % 9)).Select(j => "abc "[Mix(seed, i, j) % 4])])).ToArray();

            Assert.Equal(SlowMerges(texts, 40), Merges(BpeTrainer.Train(texts, 256 + 40, [], [])));
        }
    }

    [Fact]
    public void The_same_texts_in_any_order_give_the_same_bytes()
    {
        var texts = World();

        Assert.Equal(BpeTrainer.Train(texts, 400, ["<end>"], ["<x>"]), BpeTrainer.Train(texts.Reverse(), 400, ["<end>"], ["<x>"]));
    }

    [Fact]
    public void Frequent_words_become_one_token_and_every_text_comes_back()
    {
        var texts = World();
        using var tokenizer = Tokenizer.FromBytes(BpeTrainer.Train(texts, 400, ["<end>", "<pad>"], ["<item>"]));

        Assert.All(Words, word => Assert.Single(tokenizer.Encode(" " + word)));
        Assert.All((string[])[.. texts, "żółć 🎸 \t\r\n x", "never seen: Zürich"], text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))));
    }

    [Fact]
    public void Special_tokens_come_first_and_added_tokens_last()
    {
        using var tokenizer = Tokenizer.FromBytes(BpeTrainer.Train(World(), 300, ["<end>", "<pad>"], ["<item>", "<user 1>"]));

        Assert.Equal((0, 1, 300, 301), (tokenizer.IdOf("<end>"), tokenizer.IdOf("<pad>"), tokenizer.IdOf("<item>"), tokenizer.IdOf("<user 1>")));
        Assert.Equal(302, tokenizer.VocabularySize);
        Assert.Equal([0, 300, 301, 1], tokenizer.Encode("<end><item><user 1><pad>"));
        Assert.Equal("<item><user 1>", tokenizer.Decode([0, 300, 301, 1], skipSpecial: true));
    }

    [Fact]
    public void Special_and_added_tokens_in_the_texts_are_not_learnt()
    {
        var texts = Enumerable.Repeat("<end><item>", 50).Append("xy").ToArray();

        Assert.Equal(["x y"], Merges(BpeTrainer.Train(texts, 300, ["<end>"], ["<item>"])));
    }

    [Fact]
    public void An_added_token_that_the_vocabulary_has_keeps_its_id()
    {
        using var tokenizer = Tokenizer.FromBytes(BpeTrainer.Train([], 256, [], ["a", "<item>"]));

        Assert.Equal(257, tokenizer.VocabularySize);
        Assert.Equal(256, tokenizer.IdOf("<item>"));
        Assert.Equal("ab<item>", tokenizer.Decode(tokenizer.Encode("ab<item>")));
    }

    [Theory]
    [InlineData(257, "<a>,<b>", "")]
    [InlineData(300, "<a>,<a>", "")]
    [InlineData(300, "<a>", "<a>")]
    public void What_cannot_be_trained_is_refused(int size, string special, string added) =>
        Assert.Throws<InputException>(() => BpeTrainer.Train([], size, special.Split(','), added.Length == 0 ? [] : added.Split(',')));

    private static string[] World() =>
        [.. Enumerable.Range(0, 60).Select(i => $"user {i}: I {Words[i % 8]} the {Words[(i + 3) % 8]}, then the {Words[(i * 5) % 8]}. It's {i} ago\n")];

    private static int Mix(int seed, int i, int j) => (int)((((uint)seed * 2654435761u) ^ ((uint)i * 40503u) ^ ((uint)j * 2246822519u)) * 3266489917u >> 20);

    private static string[] Merges(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()!)];
    }

    /// <summary>The definition, without any bookkeeping: count all pairs of all words, merge the best, start again.</summary>
    private static string[] SlowMerges(string[] texts, int count)
    {
        var alphabet = JsonDocument.Parse(BpeTrainer.Train([], 256, [], [])).RootElement.GetProperty("model").GetProperty("vocab");
        var ids = alphabet.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetInt32());
        var words = texts.SelectMany(text => System.Text.RegularExpressions.Regex.Matches(text, @" ?\p{L}+|\s+(?!\S)|\s+").Select(match => match.Value))
            .Select(word => word.Replace(' ', '\u0120').Select(c => c.ToString()).ToList()).ToList();
        var merges = new List<string>();
        while (merges.Count < count)
        {
            var pairs = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair)
                .OrderByDescending(group => group.Count()).ThenBy(group => ids[group.Key.First]).ThenBy(group => ids[group.Key.Second]).ToList();
            if (pairs.Count == 0)
            {
                break;
            }

            var (left, right) = pairs[0].Key;
            merges.Add($"{left} {right}");
            ids.TryAdd(left + right, ids.Count);
            count += ids.Count == 256 + merges.Count ? 0 : 1;
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = left + right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return [.. merges];
    }
}
