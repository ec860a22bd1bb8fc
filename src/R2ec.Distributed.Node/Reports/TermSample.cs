using System.Text.Json.Serialization;

namespace R2ec.Distributed.Node.Reports;

/// <summary>What one reward term came to for a chain of samples.jsonl.</summary>
/// <param name="Name">The term.</param>
/// <param name="Value">Its value before the weight.</param>
/// <param name="Rejected">Why it rejects the chain; left out where it does not.</param>
internal sealed record TermSample(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("value")] double Value,
    [property: JsonPropertyName("rejected"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Rejected);
