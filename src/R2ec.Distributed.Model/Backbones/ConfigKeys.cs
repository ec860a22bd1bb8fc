using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>The keys of one JSON object, with faults that name the file and the key. A key that is null counts as absent.</summary>
internal sealed class ConfigKeys
{
    private const long MaxCount = int.MaxValue;
    private readonly string _path;
    private readonly string _prefix;
    private readonly JsonElement _object;

    public ConfigKeys(string path, JsonElement json, string prefix = "")
    {
        (_path, _prefix, _object) = (path, prefix, json);
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new InputException($"{path}: {(prefix.Length == 0 ? "is not a JSON object" : prefix.TrimEnd('.') + " is not an object")}.");
        }
    }

    public InputException Fault(string key, string rule) => new($"{_path}: {_prefix}{key} {rule}.");

    public void Refuse(bool wrong, string key, string rule)
    {
        if (wrong)
        {
            throw Fault(key, rule);
        }
    }

    public bool Has(string key) => Find(key) is not null;

    public ConfigKeys? Section(string key) => Find(key) is { } value ? new ConfigKeys(_path, value, $"{_prefix}{key}.") : null;

    public string? Text(string key) => Find(key) is not { } value ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Fault(key, "must be text");

    public bool? Flag(string key) =>
        Find(key) is not { } value ? null : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Fault(key, "must be true or false");

    public double? Number(string key) =>
        Find(key) is not { } value ? null : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Fault(key, "must be a number");

    public long Count(string key) => CountOrNull(key) ?? throw Fault(key, "is missing");

    public long CountOr(string key, long otherwise) => CountOrNull(key) ?? otherwise;

    public long? Id(string key)
    {
        var value = Find(key);
        if (value is { ValueKind: JsonValueKind.Array } several)
        {
            value = several.GetArrayLength() > 0 ? several[0] : null;
        }

        return value is not { } single ? null : single.ValueKind == JsonValueKind.Number && single.TryGetInt64(out var id) ? id : throw Fault(key, "must be an id");
    }

    /// <summary>A list of texts, or a single text.</summary>
    public IReadOnlyList<string>? Texts(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => [text.GetString()!],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [.. list.EnumerateArray().Select(item => item.GetString()!)],
        _ => throw Fault(key, "must be a list of texts"),
    };

    /// <summary>A list of whole numbers, or a single one.</summary>
    public IReadOnlyList<int>? Indices(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } one when one.TryGetInt32(out var index) => [index],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out _)) =>
            [.. list.EnumerateArray().Select(item => item.GetInt32())],
        _ => throw Fault(key, "must be a list of whole numbers"),
    };

    /// <summary>True where a key holds neither nothing, false, an empty list nor an empty object.</summary>
    public bool IsSet(string key) => Find(key) is { } value && value.ValueKind switch
    {
        JsonValueKind.False => false,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    private long? CountOrNull(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count is > 0 and <= MaxCount
            ? count
            : throw Fault(key, $"must be a whole number from 1 to {MaxCount}");

    private JsonElement? Find(string key) => _object.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
