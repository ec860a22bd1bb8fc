using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>runs list</c> and <c>runs show</c> do: they read journals beside running runs and change nothing.</summary>
internal static class ShowRuns
{
    private static readonly JsonSerializerOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A run's folder; where there is none, the message names the nearest one.</summary>
    /// <exception cref="InputException">The name is none, or there is no such run.</exception>
    public static RunFolder Find(string runs, string name)
    {
        var run = RunId.Parse(name);
        var near = File.Exists(Path.Combine(runs, name, "spec.resolved.yaml")) ? null : NearestWord.To(name, RunFolder.All(runs).Select(f => f.Run.Value));
        return near is null ? RunFolder.Open(runs, run) : throw new InputException($"There is no run '{name}' in {Path.GetFullPath(runs)}; did you mean '{near}'?");
    }

    /// <summary>All runs of a folder.</summary>
    public static int List(string runs, bool json)
    {
        var summaries = RunFolder.All(runs).Select(Summary).ToList();
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(summaries.Select(s => s.Found is { } found ? Fields(found) : new Dictionary<string, object?> { ["run"] = s.Run, ["fault"] = s.Fault }), Form));
            return ExitCode.Done;
        }

        if (summaries.Count == 0)
        {
            Console.Error.WriteLine($"There is no run in {Path.GetFullPath(runs)}. `r2ec train SPEC` begins one; --runs names another folder.");
        }

        foreach (var (run, found, fault) in summaries)
        {
            Console.Out.WriteLine(found is null ? $"{run,-32} unreadable: {fault}" : $"{run,-32} {found.Phase,-12} step {found.Step,5} of {found.Steps,-5} {Quality(found)}");
        }

        return ExitCode.Done;
    }

    /// <summary>One run.</summary>
    public static int Show(string runs, string name, bool json)
    {
        var folder = Find(runs, name);
        var summary = JournalReader.Summary(folder);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(Fields(summary), Form));
            return ExitCode.Done;
        }

        Console.Out.WriteLine($"run      {summary.Run}");
        Console.Out.WriteLine($"state    {summary.Phase}{(summary.Reason.Length > 0 ? $": {summary.Reason}" : "")}");
        Console.Out.WriteLine($"step     {summary.Step} of {summary.Steps}");
        Console.Out.WriteLine($"weights  {summary.Weights?.Hex ?? "none yet"}");
        Console.Out.WriteLine($"folder   {folder.Path}");
        if (File.Exists(folder.Report))
        {
            Console.Out.WriteLine($"report   {folder.Report}");
        }

        foreach (var metric in summary.Metrics)
        {
            Console.Out.WriteLine($"  {metric.Name,-44} {metric.Value.ToString("0.######", CultureInfo.InvariantCulture)}");
        }

        return ExitCode.Done;
    }

    private static (string Run, RunSummary? Found, string Fault) Summary(RunFolder folder)
    {
        try
        {
            return (folder.Run.Value, JournalReader.Summary(folder), "");
        }
        catch (InputException fault)
        {
            return (folder.Run.Value, null, fault.Message);
        }
    }

    /// <summary>A run as JSON tells it, here and by the API.</summary>
    public static Dictionary<string, object?> Fields(RunSummary summary) => new()
    {
        ["run"] = summary.Run.Value,
        ["state"] = summary.Phase.ToString(),
        ["step"] = summary.Step,
        ["steps"] = summary.Steps,
        ["weights"] = summary.Weights?.Hex,
        ["reason"] = summary.Reason,
        ["metrics"] = summary.Metrics.ToDictionary(m => m.Name, m => m.Value),
    };

    private static string Quality(RunSummary summary) => summary.Metrics.Where(m => m.Name == "valid/ndcg@10").Select(m => $"valid NDCG@10 {m.Value.ToString("0.000", CultureInfo.InvariantCulture)}").FirstOrDefault() ?? "";
}
