using System.Text.Json;
using R2ec.Distributed.Core;
using Library = Tokenizers.DotNet;

namespace R2ec.Distributed.Model.Tokenization;

/// <summary>
/// One tokenizer of Hugging Face's own library. Its Encode always runs the post-processor and its Decode always drops special tokens; what
/// it is given is therefore a rewritten tokenizer.json. Thread-safe.
/// </summary>
internal sealed class NativeTokenizer : IDisposable
{
    private readonly Library.Tokenizer _library;

    private NativeTokenizer(Library.Tokenizer library) => _library = library;

    /// <summary>Loads a tokenizer whose added tokens are all plain, so that decoding keeps them; without its post-processor unless asked for.</summary>
    public static NativeTokenizer Load(JsonElement tokenizer, bool withPostProcessor, string where)
    {
        // The library reads files only.
        var folder = Directory.CreateTempSubdirectory("r2ec-tokenizer-");
        try
        {
            var path = Path.Combine(folder.FullName, "tokenizer.json");
            using (var stream = File.Create(path))
            {
                Rewrite(tokenizer, withPostProcessor, stream);
            }

            return new(new Library.Tokenizer(path));
        }
        catch (Library.TokenizerException fault)
        {
            throw new InputException($"{where}: the tokenizer library cannot read it: {fault.Message}. Take the file from its source again.", fault);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public int[] Encode(string text)
    {
        try
        {
            return Array.ConvertAll(_library.Encode(text), id => (int)id);
        }
        catch (Library.TokenizerException fault)
        {
            throw new InputException($"a text of {text.Length} characters cannot be tokenised: {fault.Message}", fault);
        }
    }

    public string Decode(uint[] ids) => _library.Decode(ids);

    public void Dispose() => _library.Dispose();

    private static void Rewrite(JsonElement tokenizer, bool withPostProcessor, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        foreach (var property in tokenizer.EnumerateObject())
        {
            switch (property.Name)
            {
                case "added_tokens":
                    WriteAddedTokens(tokenizer, writer);
                    break;
                case "truncation" or "padding":
                    writer.WriteNull(property.Name);
                    break;
                case "post_processor" when !withPostProcessor:
                    writer.WriteNull(property.Name);
                    break;
                default:
                    property.WriteTo(writer);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteAddedTokens(JsonElement tokenizer, Utf8JsonWriter writer)
    {
        writer.WriteStartArray("added_tokens");
        foreach (var added in TokenTable.AddedTokens(tokenizer))
        {
            writer.WriteStartObject();
            foreach (var property in added.EnumerateObject().Where(property => property.Name != "special"))
            {
                property.WriteTo(writer);
            }

            writer.WriteBoolean("special", false);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
