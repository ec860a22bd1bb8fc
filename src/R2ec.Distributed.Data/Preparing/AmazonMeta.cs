using System.Text;
using System.Text.Json;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>One line of an Amazon metadata file.</summary>
internal sealed class AmazonMeta
{
    private string? _parent;
    private string? _asin;
    private string? _store;
    private List<string> _categories = [];

    public string Id => _parent ?? _asin ?? "";

    public string? Title { get; private set; }

    public string? Price { get; private set; }

    public double? AverageRating { get; private set; }

    public int? RatingCount { get; private set; }

    public List<string> Description { get; private set; } = [];

    /// <returns>Null, or what is wrong with the line.</returns>
    public string? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return "no JSON object";
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                Property(ref json);
            }

            json.Read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return "no whole JSON object";
        }

        return Id.Length == 0 ? "no item (asin or parent_asin, a text)" : null;
    }

    /// <summary>store: brand or shop; category: the path of categories.</summary>
    public Dictionary<string, IReadOnlyList<string>> Attributes()
    {
        var attributes = new Dictionary<string, IReadOnlyList<string>>();
        Add("store", string.IsNullOrWhiteSpace(_store) ? [] : [_store]);
        Add("category", _categories);
        return attributes;

        void Add(string name, IEnumerable<string> values)
        {
            var clean = values.Select(TitleRules.Clean).Select(v => v.Trim()).Where(v => v.Length > 0).Distinct().ToArray();
            if (clean.Length > 0)
            {
                attributes[name] = clean;
            }
        }
    }

    private void Property(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("parent_asin"u8))
        {
            _parent = Text(ref json);
        }
        else if (json.ValueTextEquals("asin"u8))
        {
            _asin = Text(ref json);
        }
        else if (json.ValueTextEquals("title"u8))
        {
            Title = Text(ref json);
        }
        else if (json.ValueTextEquals("price"u8))
        {
            Price = NumberOrText(ref json);
        }
        else if (json.ValueTextEquals("average_rating"u8))
        {
            AverageRating = Number(ref json);
        }
        else if (json.ValueTextEquals("rating_number"u8))
        {
            RatingCount = Number(ref json) is { } count and >= 0 and <= int.MaxValue ? (int)count : null;
        }
        else if (json.ValueTextEquals("description"u8))
        {
            Description = Texts(ref json);
        }
        else if (json.ValueTextEquals("brand"u8) || json.ValueTextEquals("store"u8))
        {
            _store = Text(ref json);
        }
        else if (json.ValueTextEquals("category"u8) || json.ValueTextEquals("categories"u8))
        {
            _categories = Texts(ref json);
        }
        else
        {
            json.Read();
            json.Skip();
        }
    }

    private static string? Text(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            return json.GetString();
        }

        json.Skip();
        return null;
    }

    private static double? Number(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Number && json.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return number;
        }

        json.Skip();
        return null;
    }

    private static string? NumberOrText(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType is JsonTokenType.Number)
        {
            return Encoding.UTF8.GetString(json.ValueSpan);
        }

        if (json.TokenType == JsonTokenType.String)
        {
            return json.GetString();
        }

        json.Skip();
        return null;
    }

    private static List<string> Texts(ref Utf8JsonReader json)
    {
        json.Read();
        var texts = new List<string>();
        if (json.TokenType == JsonTokenType.String)
        {
            texts.Add(json.GetString()!);
        }
        else if (json.TokenType == JsonTokenType.StartArray)
        {
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                if (json.TokenType == JsonTokenType.String)
                {
                    texts.Add(json.GetString()!);
                }
                else
                {
                    json.Skip();
                }
            }
        }
        else
        {
            json.Skip();
        }

        return texts;
    }
}
