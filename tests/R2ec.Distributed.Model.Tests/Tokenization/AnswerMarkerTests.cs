using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Model.Tests.Tokenization;

public sealed class AnswerMarkerTests
{
    [Theory]
    [InlineData(".<", "answer", ">")]
    [InlineData("<answer>")]
    [InlineData("<", "a", "n", "s", "w", "e", "r", ">")]
    [InlineData("x<ans", "wer>.")]
    [InlineData("<<answer", ">")]
    [InlineData("<answ", "<ans", "wer>")]
    [InlineData("<end>", "<answer", ">\n")]
    public void The_marker_is_found_in_every_tokenisation(params string[] tokens)
    {
        var (tokenizer, ids) = With(tokens);
        using var owned = tokenizer;
        var scanner = new AnswerMarker(tokenizer).Scanner();

        for (var i = 0; i < ids.Length; i++)
        {
            Assert.False(scanner.Found);
            Assert.Equal(i == ids.Length - 1, scanner.Append(ids[i]));
        }

        Assert.True(scanner.Append(tokenizer.IdOf("z")!.Value));
    }

    [Theory]
    [InlineData("<answer", " ", ">")]
    [InlineData("</answer", ">")]
    [InlineData("<Answer", ">")]
    [InlineData("<answ", "answer", ">")]
    public void What_is_not_the_marker_is_not_found(params string[] tokens)
    {
        var (tokenizer, ids) = With(tokens);
        using var owned = tokenizer;
        var scanner = new AnswerMarker(tokenizer).Scanner();

        Assert.All(ids, id => Assert.False(scanner.Append(id)));
    }

    [Fact]
    public void Chains_are_watched_apart()
    {
        var (tokenizer, ids) = With("<answer", ">");
        using var owned = tokenizer;
        var marker = new AnswerMarker(tokenizer);
        MarkerScanner[] chains = [marker.Scanner(), marker.Scanner()];

        chains[0].Append(ids[0]);

        Assert.False(chains[1].Append(ids[1]));
        Assert.True(chains[0].Append(ids[1]));
    }

    [Fact]
    public void The_scanner_agrees_with_a_search_of_the_whole_text()
    {
        string[] pieces = ["<", "a", "ab", "aa", ">", "<a", "a>"];
        var (tokenizer, ids) = With(pieces);
        using var owned = tokenizer;
        foreach (var text in (string[])["aab", "<a<a>", "aaaab", "ab<ab"])
        {
            var marker = new AnswerMarker(tokenizer, text);
            for (var seed = 0; seed < 3000; seed++)
            {
                var scanner = marker.Scanner();
                var written = "";
                for (var (i, rest) = (0, seed * 7919); i < 7; i++, rest /= pieces.Length)
                {
                    written += pieces[rest % pieces.Length];
                    Assert.Equal(written.Contains(text, StringComparison.Ordinal), scanner.Append(ids[rest % pieces.Length]));
                }
            }
        }
    }

    [Fact]
    public void The_tokens_appended_are_those_of_the_text_asked_for()
    {
        var (tokenizer, _) = With("z");
        using var owned = tokenizer;

        Assert.Equal(tokenizer.Encode("<answer>"), new AnswerMarker(tokenizer).Ids);
        Assert.Equal(tokenizer.Encode(" <answer>"), new AnswerMarker(tokenizer, encodedAs: " <answer>").Ids);
    }

    [Fact]
    public void A_tokenizer_without_the_markers_characters_is_refused()
    {
        using var tokenizer = Tokenizer.FromBytes("""
            {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": {"type": "Fuse"},
             "model": {"type": "BPE", "vocab": {"a": 0, "n": 1, "s": 2, "w": 3, "e": 4, "r": 5}, "merges": []}}
            """u8);

        Assert.False(AnswerMarker.CanBeWritten(tokenizer));
        Assert.True(AnswerMarker.CanBeWritten(tokenizer, "answer"));
        Assert.Contains("without the marker's characters", Assert.Throws<InputException>(() => new AnswerMarker(tokenizer)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("<answer>", "answer")]
    public void A_marker_that_makes_no_sense_is_refused(string text, string? encodedAs)
    {
        var (tokenizer, _) = With("z");
        using var owned = tokenizer;

        Assert.Throws<InputException>(() => new AnswerMarker(tokenizer, text, encodedAs));
    }

    private static (Tokenizer Tokenizer, int[] Ids) With(params string[] tokens)
    {
        var added = tokens.Where(token => token.Length > 1 && token != "<end>").Distinct().ToArray();
        var tokenizer = Tokenizer.FromBytes(BpeTrainer.Train([], 257, ["<end>"], added));
        return (tokenizer, [.. tokens.Select(token => tokenizer.IdOf(token == " " ? "\u0120" : token)!.Value)]);
    }
}
