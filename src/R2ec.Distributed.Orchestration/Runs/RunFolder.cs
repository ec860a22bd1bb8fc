using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Where a run's files stand. The folder appears by rename, with all that a resumption needs.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Run">Whose.</param>
public sealed record RunFolder(string Path, RunId Run)
{
    /// <summary>The event journal.</summary>
    public string Journal => In("journal.db");

    /// <summary>The payloads.</summary>
    public string Payloads => In("payloads.db");

    /// <summary>Checkpoints.</summary>
    public string Checkpoints => In("checkpoints");

    /// <summary>Published policies.</summary>
    public string Weights => In("weights");

    /// <summary>The metrics, one JSON object a line.</summary>
    public string Metrics => In("metrics.jsonl");

    /// <summary>The page for people.</summary>
    public string Report => In("report.html");

    /// <summary>The spec as it was given.</summary>
    public string SpecGiven => In("spec.yaml");

    /// <summary>The spec as resolved: with this alone a run can be begun again.</summary>
    public string SpecResolved => In("spec.resolved.yaml");

    /// <summary>The folder of a run that exists.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static RunFolder Open(string runs, RunId run)
    {
        var folder = new RunFolder(System.IO.Path.Combine(System.IO.Path.GetFullPath(runs), run.Value), run);
        return File.Exists(folder.SpecResolved)
            ? folder
            : throw new InputException($"There is no run '{run}' in {System.IO.Path.GetFullPath(runs)}. 'r2ec runs list' shows those that there are; --runs names another folder.");
    }

    /// <summary>Makes the folder of a new run, whole or not at all.</summary>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="run">The new run.</param>
    /// <param name="specGiven">The spec as it was given.</param>
    /// <param name="specResolved">The spec as resolved.</param>
    /// <exception cref="InputException">A run of this name exists.</exception>
    public static RunFolder Create(string runs, RunId run, string specGiven, string specResolved)
    {
        var folder = new RunFolder(System.IO.Path.Combine(System.IO.Path.GetFullPath(runs), run.Value), run);
        RefuseTaken(folder);
        var making = new RunFolder(folder.Path + $".new-{Environment.ProcessId}", run);
        if (Directory.Exists(making.Path))
        {
            Directory.Delete(making.Path, recursive: true);
        }

        Directory.CreateDirectory(making.Path);
        Durable.WriteText(making.SpecGiven, specGiven);
        Durable.WriteText(making.SpecResolved, specResolved);
        Directory.CreateDirectory(making.Checkpoints);
        Directory.CreateDirectory(making.Weights);
        try
        {
            Durable.Rename(making.Path, folder.Path);
        }
        catch (IOException) when (Directory.Exists(folder.Path))
        {
            Directory.Delete(making.Path, recursive: true);
            RefuseTaken(folder);
            throw;
        }

        return folder;
    }

    /// <summary>The runs of a folder, by name.</summary>
    public static IReadOnlyList<RunFolder> All(string runs) => Directory.Exists(runs)
        ? [.. Directory.EnumerateDirectories(System.IO.Path.GetFullPath(runs)).Order(StringComparer.Ordinal)
            .Select(path => new RunFolder(path, new RunId(System.IO.Path.GetFileName(path)))).Where(folder => File.Exists(folder.SpecResolved) && !folder.Run.Value.Contains(".new-", StringComparison.Ordinal))]
        : [];

    private static void RefuseTaken(RunFolder folder)
    {
        if (Directory.Exists(folder.Path))
        {
            throw new InputException($"There is a run '{folder.Run}' at {folder.Path} already. Go on with it by 'r2ec resume {folder.Run}', or give the new run another --name.");
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
