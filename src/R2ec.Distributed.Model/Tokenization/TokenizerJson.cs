using System.Text.Encodings.Web;
using System.Text.Json;

namespace R2ec.Distributed.Model.Tokenization;

/// <summary>Writes a byte-level BPE tokenizer in Hugging Face's format.</summary>
internal static class TokenizerJson
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(
        List<string> vocabulary, List<(int Left, int Right)> merges, IReadOnlyList<string> specialTokens, IReadOnlyList<string> addedTokens)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Layout))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "1.0");
            writer.WriteNull("truncation");
            writer.WriteNull("padding");
            WriteAdded(writer, vocabulary, specialTokens, addedTokens);
            writer.WriteNull("normalizer");
            WriteByteLevel(writer, "pre_tokenizer");
            writer.WriteNull("post_processor");
            WriteByteLevel(writer, "decoder");
            WriteModel(writer, vocabulary, merges);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteAdded(Utf8JsonWriter writer, List<string> vocabulary, IReadOnlyList<string> specialTokens, IReadOnlyList<string> addedTokens)
    {
        writer.WriteStartArray("added_tokens");
        for (var id = 0; id < specialTokens.Count; id++)
        {
            WriteToken(writer, id, specialTokens[id], special: true);
        }

        var next = vocabulary.Count;
        foreach (var token in addedTokens)
        {
            // A token that the vocabulary has already keeps its id there: the library would give it that one anyway.
            var known = vocabulary.IndexOf(token);
            WriteToken(writer, known >= 0 ? known : next++, token, special: false);
        }

        writer.WriteEndArray();
    }

    private static void WriteToken(Utf8JsonWriter writer, int id, string content, bool special)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", id);
        writer.WriteString("content", content);
        writer.WriteBoolean("single_word", false);
        writer.WriteBoolean("lstrip", false);
        writer.WriteBoolean("rstrip", false);
        writer.WriteBoolean("normalized", false);
        writer.WriteBoolean("special", special);
        writer.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        writer.WriteString("type", "ByteLevel");
        writer.WriteBoolean("add_prefix_space", false);
        writer.WriteBoolean("trim_offsets", true);
        writer.WriteBoolean("use_regex", true);
        writer.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter writer, List<string> vocabulary, List<(int Left, int Right)> merges)
    {
        writer.WriteStartObject("model");
        writer.WriteString("type", "BPE");
        writer.WriteNull("dropout");
        writer.WriteNull("unk_token");
        writer.WriteNull("continuing_subword_prefix");
        writer.WriteNull("end_of_word_suffix");
        writer.WriteBoolean("fuse_unk", false);
        writer.WriteBoolean("byte_fallback", false);
        writer.WriteBoolean("ignore_merges", false);
        writer.WriteStartObject("vocab");
        for (var id = 0; id < vocabulary.Count; id++)
        {
            writer.WriteNumber(vocabulary[id], id);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("merges");
        foreach (var (left, right) in merges)
        {
            writer.WriteStringValue($"{vocabulary[left]} {vocabulary[right]}");
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
