using System.Text;
using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Model.Tests.Tokenization;

public sealed class TokenizerTests
{
    [Fact]
    public void Special_tokens_in_a_text_are_recognised_and_left_out_on_request()
    {
        using var tokenizer = Small();

        var ids = tokenizer.Encode("a<end>b");

        Assert.Equal([tokenizer.IdOf("a")!.Value, 0, tokenizer.IdOf("b")!.Value], ids);
        Assert.Equal("a<end>b", tokenizer.Decode(ids));
        Assert.Equal("ab", tokenizer.Decode(ids, skipSpecial: true));
        Assert.True(tokenizer.IsSpecial(0));
        Assert.False(tokenizer.IsSpecial(1));
    }

    [Fact]
    public void Ids_without_a_token_contribute_nothing()
    {
        using var tokenizer = Small();

        Assert.Equal("a", tokenizer.Decode([tokenizer.VocabularySize, tokenizer.IdOf("a")!.Value, -1, int.MaxValue]));
        Assert.True(tokenizer.Bytes(tokenizer.VocabularySize).IsEmpty);
        Assert.True(tokenizer.Bytes(-1).IsEmpty);
        Assert.Equal("", tokenizer.TokenOf(-1));
        Assert.Null(tokenizer.IdOf("no such token"));
    }

    [Fact]
    public void Empty_text_has_no_ids_and_no_ids_are_empty_text()
    {
        using var tokenizer = Small();

        Assert.Empty(tokenizer.Encode(""));
        Assert.Empty(tokenizer.EncodeWithSpecialTokens(""));
        Assert.Equal("", tokenizer.Decode([]));
    }

    [Fact]
    public void Half_a_character_counts_as_the_replacement_character()
    {
        using var tokenizer = Small();

        Assert.Equal(tokenizer.Encode("a\uFFFDb"), tokenizer.Encode("a\uD83Cb"));
    }

    [Fact]
    public void Every_byte_has_its_token_and_every_token_its_bytes()
    {
        using var tokenizer = Small();

        Assert.Equal("ż"u8.ToArray(), tokenizer.Encode("ż").SelectMany(id => tokenizer.Bytes(id).ToArray()));
        Assert.Equal(" "u8.ToArray(), tokenizer.Bytes(tokenizer.IdOf("\u0120")!.Value).ToArray());
    }

    [Fact]
    public void Byte_fallback_and_blanks_of_sentencepiece_are_spelled_as_bytes()
    {
        using var tokenizer = Tokenizer.FromBytes("""
            {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null, "post_processor": null,
             "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]},
             "model": {"type": "BPE", "unk_token": null, "byte_fallback": true, "vocab": {"<0x41>": 0, "▁x▁": 1, "<0xZZ>": 2}, "merges": []}}
            """u8);

        Assert.Equal("A"u8.ToArray(), tokenizer.Bytes(0).ToArray());
        Assert.Equal(" x "u8.ToArray(), tokenizer.Bytes(1).ToArray());
        Assert.Equal("<0xZZ>"u8.ToArray(), tokenizer.Bytes(2).ToArray());
    }

    [Fact]
    public void The_digest_is_that_of_the_file()
    {
        var bytes = BpeTrainer.Train([], 257, ["<end>"], []);
        using var tokenizer = Tokenizer.FromBytes(bytes);

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), tokenizer.Sha256);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"model": 3}""")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": "b"}, "merges": []}}""")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 99999999999}, "merges": []}}""")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["x y"]}}""")]
    [InlineData("""{"model": {"type": "Strange", "vocab": {"a": 0}, "merges": []}}""")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "added_tokens": [{"id": 1}]}""")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"\ud800": 0}, "merges": []}}""")]
    public void A_damaged_file_is_named(string json)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("r2ec-test-").FullName, "tokenizer.json");
        File.WriteAllText(path, json);

        var fault = Assert.Throws<InputException>(() => Tokenizer.Load(path));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("r2ec-test-").FullName;

        Assert.Contains(Path.Combine(folder, "tokenizer.json"), Assert.Throws<InputException>(() => Tokenizer.Load(folder)).Message, StringComparison.Ordinal);
        Directory.Delete(folder);
        Assert.Contains(folder, Assert.Throws<InputException>(() => Tokenizer.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_may_share_a_tokenizer()
    {
        using var tokenizer = Small();
        var texts = Enumerable.Range(0, 200).Select(i => $"text {i} of ż {i * 7919}").ToArray();
        var alone = texts.Select(tokenizer.Encode).ToArray();

        var together = texts.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(tokenizer.Encode).ToArray();

        Assert.Equal(alone, together);
        Assert.Equal(texts, together.AsParallel().AsOrdered().Select(ids => tokenizer.Decode(ids)).ToArray());
    }

    private static Tokenizer Small() => Tokenizer.FromBytes(BpeTrainer.Train(["a text of texts"], 260, ["<end>"], []));
}
