using System.Text;
using System.Text.Json;
using R2ec.Distributed.Model.Tokenization;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Model.Tests.Tokenization;

public sealed class GoldenTokenizerTests
{
    public static TheoryData<string> Names()
    {
        var folder = SharedFolder.GoldenPath("models", "tokenizers");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];
        return files.Length == 0 ? ["none"] : new(files.Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ids_and_texts_are_those_of_the_reference(string name)
    {
        using var golden = Read("models", "tokenizers", $"{name}.json");
        var tokenizer = TokenizerFiles.Load(name);

        if (golden.RootElement.TryGetProperty("vocab_size_with_added", out var size))
        {
            Assert.Equal(size.GetInt32(), tokenizer.VocabularySize);
        }

        var faults = golden.RootElement.GetProperty("rows").EnumerateArray().SelectMany(row => Faults(tokenizer, row)).ToList();
        Assert.True(faults.Count == 0, $"{faults.Count} faults:\n{string.Join('\n', faults.Take(10))}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Special_tokens_are_added_as_by_default(string name)
    {
        using var golden = Read("models", "tokenizers", $"{name}.json");
        var tokenizer = TokenizerFiles.Load(name);
        Assert.SkipUnless(golden.RootElement.TryGetProperty("with_special_tokens", out var rows), $"{name} says nothing of default special tokens");

        foreach (var row in rows.EnumerateArray())
        {
            Assert.Equal(Ids(row, "ids"), tokenizer.EncodeWithSpecialTokens(row.GetProperty("text").GetString()!));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bytes_of_the_ids_are_the_decoded_text_wherever_they_are_whole_characters(string name)
    {
        using var golden = Read("models", "tokenizers", $"{name}.json");
        var tokenizer = TokenizerFiles.Load(name);

        foreach (var row in golden.RootElement.GetProperty("rows").EnumerateArray())
        {
            var bytes = Ids(row, "ids").SelectMany(id => tokenizer.Bytes(id).ToArray()).ToArray();
            var decoded = Decoded(row);
            if (!decoded.Contains('\uFFFD', StringComparison.Ordinal))
            {
                Assert.Equal(decoded, Encoding.UTF8.GetString(bytes));
            }
        }
    }

    [Fact]
    public void Stories_are_read_as_published()
    {
        var folder = SharedFolder.Need("checkpoints", "stories260K", "hf");
        using var greedy = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "greedy.json")));
        using var tokenizer = Tokenizer.Load(folder);
        foreach (var ids in greedy.RootElement.EnumerateObject().Where(property => property.Name.StartsWith("ids_", StringComparison.Ordinal)))
        {
            var text = greedy.RootElement.GetProperty(ids.Name.Replace("ids_", "text_", StringComparison.Ordinal)).GetString();

            Assert.Equal(text, tokenizer.Decode(Ids(greedy.RootElement, ids.Name)));
        }
    }

    private static IEnumerable<string> Faults(Tokenizer tokenizer, JsonElement row)
    {
        var text = row.GetProperty("text").GetString()!;
        var expected = Ids(row, "ids");
        var ids = tokenizer.Encode(text);
        if (!expected.AsSpan().SequenceEqual(ids))
        {
            yield return $"{JsonSerializer.Serialize(text)}: [{string.Join(' ', ids)}], not [{string.Join(' ', expected)}]";
        }

        if (tokenizer.Decode(expected) is var whole && whole != Decoded(row))
        {
            yield return $"{JsonSerializer.Serialize(text)} decodes to {JsonSerializer.Serialize(whole)}";
        }

        var plain = row.TryGetProperty("decoded_without_special", out var without) ? without.GetString()! : Decoded(row);
        if (tokenizer.Decode(expected, skipSpecial: true) is var skipped && skipped != plain)
        {
            yield return $"{JsonSerializer.Serialize(text)} decodes without special tokens to {JsonSerializer.Serialize(skipped)}";
        }
    }

    private static string Decoded(JsonElement row) => (row.TryGetProperty("decoded", out var decoded) ? decoded : row.GetProperty("text")).GetString()!;

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static JsonDocument Read(params string[] parts) => JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Golden(parts)));
}
