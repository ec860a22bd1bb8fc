using System.Text.Json;

namespace R2ec.Distributed.Node.Reports;

/// <summary>What a run's folder holds for people, beside journal and payloads.</summary>
/// <param name="Path">The folder.</param>
internal sealed record RunFiles(string Path)
{
    /// <summary>The spec as given.</summary>
    public string SpecGiven => At("spec.yaml");

    /// <summary>The spec as resolved, every key.</summary>
    public string SpecResolved => At("spec.resolved.yaml");

    /// <summary>The overrides, one a line.</summary>
    public string Overrides => At("overrides.txt");

    /// <summary>What fixes the bits.</summary>
    public string Numerics => At("numerics.json");

    /// <summary>The tokenizer.</summary>
    public string Tokenizer => At("tokenizer.json");

    /// <summary>One row a fact.</summary>
    public string Metrics => At("metrics.jsonl");

    /// <summary>A few chains a step.</summary>
    public string Samples => At("samples.jsonl");

    /// <summary>The page.</summary>
    public string Report => At("report.html");

    /// <summary>The program's log.</summary>
    public string Log => At("r2ec.log");

    /// <summary>Writes the report from what the folder holds: whole or not at all.</summary>
    public void WriteReport(string run, string state, int step, int steps, string weights, DateTimeOffset now)
    {
        var report = new RunReport(run, state, step, steps, weights, now, MetricsRow.ReadAll(Metrics), ChainSample.ReadAll(Samples), Text(SpecGiven), Text(SpecResolved), Facts());
        var draft = Report + ".new";
        File.WriteAllText(draft, ReportPage.Html(report));
        File.Move(draft, Report, overwrite: true);
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private static string Text(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    private Dictionary<string, string> Facts() =>
        File.Exists(Numerics) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Numerics)) ?? [] : [];
}
