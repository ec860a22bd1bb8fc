using System.Text.Json;

namespace R2ec.Distributed.Model.Tokenization;

/// <summary>Every token of a tokenizer.json by id: its spelling, its bytes, and whether it is special. Immutable.</summary>
internal sealed class TokenTable
{
    /// <summary>Ids above this are a damaged file: no vocabulary comes near it.</summary>
    private const int MaxId = 4_000_000;

    private readonly Dictionary<string, int> _ids;
    private readonly string?[] _tokens;
    private readonly HashSet<int> _special;
    private readonly byte[] _bytes;
    private readonly int[] _starts;

    private TokenTable(Dictionary<string, int> ids, HashSet<int> special, TokenSpelling spelling)
    {
        _ids = ids;
        _special = special;
        _tokens = new string?[ids.Count == 0 ? 0 : ids.Values.Max() + 1];
        foreach (var (token, id) in ids)
        {
            _tokens[id] = token;
        }

        _starts = new int[_tokens.Length + 1];
        var bytes = new List<byte>(_tokens.Length * 8);
        for (var id = 0; id < _tokens.Length; id++)
        {
            bytes.AddRange(_tokens[id] is { } token ? spelling.Bytes(token) : []);
            _starts[id + 1] = bytes.Count;
        }

        _bytes = [.. bytes];
    }

    public int Count => _tokens.Length;

    /// <summary>Reads vocabulary, added tokens and decoder. Throws what System.Text.Json throws where the file has another shape.</summary>
    public static TokenTable Read(JsonElement tokenizer)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var vocabulary = tokenizer.GetProperty("model").GetProperty("vocab");
        if (vocabulary.ValueKind == JsonValueKind.Array)
        {
            foreach (var pair in vocabulary.EnumerateArray())
            {
                ids[pair[0].GetString()!] = ids.Count;
            }
        }
        else
        {
            foreach (var pair in vocabulary.EnumerateObject())
            {
                ids[pair.Name] = Id(pair.Value, pair.Name);
            }
        }

        var special = new HashSet<int>();
        foreach (var added in AddedTokens(tokenizer))
        {
            var content = added.GetProperty("content").GetString()!;
            var id = Id(added.GetProperty("id"), content);
            ids[content] = id;
            if (added.TryGetProperty("special", out var flag) && flag.GetBoolean())
            {
                special.Add(id);
            }
        }

        return new(ids, special, TokenSpelling.Of(tokenizer));
    }

    /// <summary>The entries of added_tokens, none where the file has none.</summary>
    public static IEnumerable<JsonElement> AddedTokens(JsonElement tokenizer) =>
        tokenizer.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array ? added.EnumerateArray() : [];

    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    public string TokenOf(int id) => Has(id) ? _tokens[id]! : "";

    public bool Has(int id) => (uint)id < (uint)_tokens.Length && _tokens[id] is not null;

    public bool IsSpecial(int id) => _special.Contains(id);

    public ReadOnlyMemory<byte> Bytes(int id) => Has(id) ? _bytes.AsMemory(_starts[id].._starts[id + 1]) : default;

    private static int Id(JsonElement value, string token)
    {
        var id = value.GetInt32();
        return id is >= 0 and <= MaxId
            ? id
            : throw new FormatException($"token \"{token}\" has the id {id}; ids go from 0 to {MaxId}.");
    }
}
