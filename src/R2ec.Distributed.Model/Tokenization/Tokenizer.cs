using System.Security.Cryptography;
using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.Tokenization;

/// <summary>
/// A Hugging Face tokenizer.json, encoded and decoded by Hugging Face's own library. Safe to use from several threads until it is disposed.
/// </summary>
public sealed class Tokenizer : IDisposable
{
    private const string FileName = "tokenizer.json";
    private const string InMemory = "the tokenizer.json in memory";

    private readonly TokenTable _table;
    private readonly NativeTokenizer _plain;
    private readonly NativeTokenizer _withSpecial;

    private Tokenizer(byte[] json, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            _table = TokenTable.Read(root);
            _plain = NativeTokenizer.Load(root, withPostProcessor: false, where);
            _withSpecial = AddsSpecialTokens(root) ? NativeTokenizer.Load(root, withPostProcessor: true, where) : _plain;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InputException($"{where} is not a tokenizer.json of Hugging Face: {fault.Message} Take the file from its source again.", fault);
        }

        Sha256 = Convert.ToHexStringLower(SHA256.HashData(json));
    }

    /// <summary>The number of ids, added tokens included: the largest id plus one.</summary>
    public int VocabularySize => _table.Count;

    /// <summary>SHA-256 of the tokenizer.json's bytes, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Loads a tokenizer.json, or the one in a checkpoint's folder.</summary>
    /// <exception cref="InputException">There is none, or it is damaged; the message names the path.</exception>
    public static Tokenizer Load(string tokenizerJsonPathOrFolder)
    {
        var path = Directory.Exists(tokenizerJsonPathOrFolder) ? Path.Combine(tokenizerJsonPathOrFolder, FileName) : tokenizerJsonPathOrFolder;
        try
        {
            return new(File.ReadAllBytes(path), path);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path} does not exist: a checkpoint needs its {FileName} beside its weights.", fault);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new InputException($"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Loads a tokenizer from the bytes of a tokenizer.json.</summary>
    /// <exception cref="InputException">They are not those of a tokenizer.json.</exception>
    public static Tokenizer FromBytes(ReadOnlySpan<byte> tokenizerJson) => new(tokenizerJson.ToArray(), InMemory);

    /// <summary>The ids of a text. Nothing is added; special tokens that the text spells are recognised. Unpaired surrogates count as U+FFFD.</summary>
    public int[] Encode(string text) => text.Length == 0 ? [] : _plain.Encode(WellFormed(text));

    /// <summary>The ids of a text with the special tokens that this tokenizer adds by default.</summary>
    public int[] EncodeWithSpecialTokens(string text) =>
        text.Length == 0 && ReferenceEquals(_plain, _withSpecial) ? [] : _withSpecial.Encode(WellFormed(text));

    /// <summary>The text of a list of ids; ids without a token are passed over, bytes that are no UTF-8 become U+FFFD.</summary>
    /// <param name="ids">Ids of one text, in order. Decode whole texts: characters may be cut between tokens.</param>
    /// <param name="skipSpecial">Leaves special tokens out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var kept = new List<uint>(ids.Length);
        foreach (var id in ids)
        {
            if (_table.Has(id) && !(skipSpecial && _table.IsSpecial(id)))
            {
                kept.Add((uint)id);
            }
        }

        return kept.Count == 0 ? "" : _plain.Decode([.. kept]);
    }

    /// <summary>The bytes that a token contributes to a text anywhere but at its start; none for an id without a token.</summary>
    public ReadOnlyMemory<byte> Bytes(int id) => _table.Bytes(id);

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    public int? IdOf(string token) => _table.IdOf(token);

    /// <summary>A token as the vocabulary spells it; empty for an id without a token.</summary>
    public string TokenOf(int id) => _table.TokenOf(id);

    /// <summary>Whether an id is one of the special tokens.</summary>
    public bool IsSpecial(int id) => _table.IsSpecial(id);

    /// <inheritdoc/>
    public void Dispose()
    {
        _plain.Dispose();
        if (!ReferenceEquals(_plain, _withSpecial))
        {
            _withSpecial.Dispose();
        }
    }

    /// <summary>The post-processor ByteLevel moves offsets only.</summary>
    private static bool AddsSpecialTokens(JsonElement root) =>
        root.TryGetProperty("post_processor", out var processor) && processor.ValueKind == JsonValueKind.Object
        && processor.GetProperty("type").GetString() != "ByteLevel";

    private static string WellFormed(string text)
    {
        var at = 0;
        while (at < text.Length && !char.IsSurrogate(text[at]))
        {
            at++;
        }

        return at == text.Length ? text : string.Concat(text.EnumerateRunes());
    }
}
