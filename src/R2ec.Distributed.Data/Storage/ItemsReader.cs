using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Data.Storage;

/// <summary>Reads items.jsonl.</summary>
internal static class ItemsReader
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoAttributes = [];

    /// <summary>N + 1 items, the padding item first.</summary>
    public static Item[] Read(string path, int count)
    {
        var items = new List<Item>(count + 1) { Item.Padding };
        foreach (var line in JsonLines.Of(path))
        {
            items.Add(ReadLine(path, line, items.Count));
        }

        return items.Count == count + 1 ? [.. items] : throw DataSetReader.Damaged(path, $"{items.Count - 1} items instead of {count}");
    }

    private static Item ReadLine(string path, ReadOnlyMemory<byte> line, int number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var row = json.RootElement;
            var item = new Item(
                row.GetProperty("id").GetInt32(),
                Text(row, "external_id"),
                Text(row, "title"),
                Text(row, "text"),
                row.GetProperty("average_rating").GetDouble(),
                row.GetProperty("rating_count").GetInt32(),
                Attributes(row.GetProperty("attributes")));
            return item.Id == number ? item : throw DataSetReader.Damaged(path, $"line {number} has the id {item.Id}");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException(DataSetReader.Damaged(path, $"line {number} is no item").Message, fault);
        }
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString() ?? "";

    private static Dictionary<string, IReadOnlyList<string>> Attributes(JsonElement row)
    {
        Dictionary<string, IReadOnlyList<string>>? found = null;
        foreach (var attribute in row.EnumerateObject())
        {
            var values = new string[attribute.Value.GetArrayLength()];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = attribute.Value[i].GetString() ?? "";
            }

            (found ??= []).Add(string.Intern(attribute.Name), values);
        }

        return found ?? NoAttributes;
    }
}
