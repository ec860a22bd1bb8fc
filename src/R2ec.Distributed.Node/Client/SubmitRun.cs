using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;

namespace R2ec.Distributed.Node.Client;

/// <summary>What <c>submit</c> does: checks the spec whole here, then sends it with its overrides in it.</summary>
internal static class SubmitRun
{
    /// <summary>Submits; the result is the exit code.</summary>
    public static async Task<int> RunAsync(ClusterClient cluster, string path, string? name, IReadOnlyList<string> sets, bool json, CancellationToken stop)
    {
        var reading = SpecFile.Read(path, sets);
        IReadOnlyList<SpecFault> faults = [.. reading.Faults, .. SpecRoots.Names(reading)];
        if (faults.Count > 0)
        {
            throw SpecFault.Refusal(path, faults);
        }

        var run = await NameAsync(cluster, name, path, stop);
        var answer = await cluster.PostAsync("runs", new { name = run.Value, spec = SpecWriter.Resolved(reading.Spec) }, stop);
        if (json)
        {
            Console.Out.WriteLine(answer.GetRawText());
            return ExitCode.Done;
        }

        Console.Out.WriteLine($"run {run} is {ClusterText.Text(answer, "state")}: {SpecChecking.Summary(reading.Spec)}");
        foreach (var next in (string[])["watch", "show", "why", "stop"])
        {
            Console.Out.WriteLine($"  ./r2ec {next} {run}{cluster.Access.Flags}");
        }

        return ExitCode.Done;
    }

    private static async Task<RunId> NameAsync(ClusterClient cluster, string? name, string path, CancellationToken stop)
    {
        if (name is not null)
        {
            return RunId.Parse(name);
        }

        var taken = (await cluster.GetAsync("runs", stop)).EnumerateArray().Select(run => ClusterText.Text(run, "run")).ToHashSet(StringComparer.Ordinal);
        return RunNames.Choose(null, path, taken.Contains);
    }
}
