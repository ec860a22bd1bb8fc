using System.Text.Json;
using System.Text.Json.Serialization;

namespace R2ec.Distributed.Node.Reports;

/// <summary>One reasoning chain of samples.jsonl, for people.</summary>
/// <param name="Phase">train or evaluate.</param>
/// <param name="Step">RL step.</param>
/// <param name="Group">Place of its group in the step's plan, or of its user among the measured ones.</param>
/// <param name="Reward">The reward; null for an evaluation.</param>
/// <param name="Rank">Rank of the target, from 1.</param>
/// <param name="Closed">Whether it wrote its marker itself.</param>
/// <param name="History">Titles of the history, oldest first.</param>
/// <param name="Target">Title of the item that came next.</param>
/// <param name="Top">Titles of the best items.</param>
/// <param name="Text">The chain.</param>
/// <param name="Terms">Values of the spec's further reward terms by name, or why a term rejects the chain; left out where there are none.</param>
internal sealed record ChainSample(
    [property: JsonPropertyName("phase")] string Phase,
    [property: JsonPropertyName("step")] int Step,
    [property: JsonPropertyName("group")] int Group,
    [property: JsonPropertyName("reward")] double? Reward,
    [property: JsonPropertyName("rank")] int Rank,
    [property: JsonPropertyName("closed")] bool Closed,
    [property: JsonPropertyName("history")] IReadOnlyList<string> History,
    [property: JsonPropertyName("target")] string Target,
    [property: JsonPropertyName("top")] IReadOnlyList<string> Top,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("terms"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TermSample>? Terms = null)
{
    /// <summary>The samples of a file, torn last lines left out. No file, no samples.</summary>
    public static IReadOnlyList<ChainSample> ReadAll(string path) =>
        File.Exists(path) ? [.. File.ReadLines(path).Select(Parse).OfType<ChainSample>()] : [];

    /// <summary>The sample as a line of the file.</summary>
    public string ToLine() => JsonSerializer.Serialize(this);

    private static ChainSample? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ChainSample>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
