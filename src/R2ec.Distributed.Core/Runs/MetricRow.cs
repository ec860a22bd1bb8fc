using System.Text;
using System.Text.Json;

namespace R2ec.Distributed.Core.Runs;

/// <summary>One line of metrics.jsonl.</summary>
/// <param name="Phase">baseline, warm_start, train or evaluate.</param>
/// <param name="Step">Step of the phase.</param>
/// <param name="Baseline">The scorer of a baseline row; else null.</param>
/// <param name="Metrics">The numbers, in order; one that is not finite is left out, since JSON cannot write it.</param>
/// <param name="At">When the fact was decided.</param>
public sealed record MetricRow(string Phase, int Step, string? Baseline, IReadOnlyList<Metric> Metrics, DateTimeOffset At)
{
    /// <summary>The line, without its end. The same row gives the same bytes.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("phase", Phase);
            writer.WriteNumber("step", Step);
            if (Baseline is not null)
            {
                writer.WriteString("baseline", Baseline);
            }

            foreach (var metric in Metrics.Where(metric => double.IsFinite(metric.Value)))
            {
                writer.WriteNumber(metric.Name, metric.Value);
            }

            writer.WriteString("at", At.UtcDateTime);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
