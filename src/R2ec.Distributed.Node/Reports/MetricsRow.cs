using System.Text.Json;

namespace R2ec.Distributed.Node.Reports;

/// <summary>One line of metrics.jsonl.</summary>
/// <param name="Values">Its fields by name.</param>
internal sealed record MetricsRow(IReadOnlyDictionary<string, JsonElement> Values)
{
    /// <summary>baseline, warm_start, train or evaluate.</summary>
    public string Phase => Text("phase") ?? "";

    /// <summary>Step of its phase; 0 where it has none.</summary>
    public int Step => (int)(Number("step") ?? 0);

    /// <summary>A number, or null where the row lacks it.</summary>
    public double? Number(string name) => Values.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>A text, or null where the row lacks it.</summary>
    public string? Text(string name) => Values.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The rows of a file; a last line that a crash cut short is left out. No file, no rows.</summary>
    public static IReadOnlyList<MetricsRow> ReadAll(string path)
    {
        var rows = new List<MetricsRow>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            if (Parse(line) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    /// <summary>One line; null where it is no whole object.</summary>
    public static MetricsRow? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(line) is { } values ? new MetricsRow(values) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
