using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Reports;

namespace R2ec.Distributed.Node.Client;

/// <summary>What <c>fetch</c> does: brings what a run left for people into a folder of this machine.</summary>
internal static class FetchRun
{
    private const string PolicyFile = "policy.safetensors";

    /// <summary>Fetches; the folder appears whole or not at all.</summary>
    public static async Task<int> RunAsync(ClusterClient cluster, string name, string output, string checkpoints, TimeProvider clock, CancellationToken stop)
    {
        var run = RunId.Parse(name);
        ExportRun.RefuseTaken(output);
        var place = Path.GetFullPath(output);
        var making = $"{place}.new-{Environment.ProcessId}";
        Directory.CreateDirectory(making);
        try
        {
            var files = new RunFiles(making);
            var found = await cluster.GetAsync($"runs/{run}", stop);
            await File.WriteAllTextAsync(files.SpecResolved, await cluster.TextAsync($"runs/{run}/spec", stop), stop);
            await File.WriteAllTextAsync(files.Metrics, await cluster.TextAsync($"runs/{run}/metrics", stop), stop);
            await SamplesAsync(cluster, run, files.Samples, stop);
            var state = ClusterText.Text(found, "state");
            var policy = ClusterText.Count(found, "step") > 0 ? await PolicyAsync(cluster, run, making, stop) : null;
            var (came, missing) = await CheckpointsDownload.ToAsync(cluster, run, checkpoints, Path.Combine(making, "checkpoints"), stop);
            files.WriteReport(run.Value, state, ClusterText.Count(found, "step"), ClusterText.Count(found, "steps"), policy?.Weights.Hex ?? "", clock.GetUtcNow());
            Directory.Move(making, place);
            Console.Out.WriteLine($"run {run}: {(policy is null ? "no policy yet" : $"step {policy.Step}, weights {policy.Weights}")}{(came.Count > 0 ? $", checkpoints {string.Join(", ", came)}" : "")} -> {place}");
            foreach (var checkpoint in missing)
            {
                Console.Error.WriteLine($"checkpoint {checkpoint} is left out: no node that lives holds it");
            }

            return ExitCode.Done;
        }
        finally
        {
            if (Directory.Exists(making))
            {
                Directory.Delete(making, recursive: true);
            }
        }
    }

    // A run whose first step is not trained yet has none, and leaves no empty file.
    private static async Task SamplesAsync(ClusterClient cluster, RunId run, string file, CancellationToken stop)
    {
        await cluster.DownloadAsync($"runs/{run}/samples", file, stop);
        if (new FileInfo(file).Length == 0)
        {
            File.Delete(file);
        }
    }

    private static async Task<KeptPolicy> PolicyAsync(ClusterClient cluster, RunId run, string folder, CancellationToken stop)
    {
        var policy = await WeightsDownload.ToAsync(cluster, run, null, Path.Combine(folder, PolicyFile), stop);
        return PolicyHash.OfFile(policy.File) == policy.Weights.Hex
            ? policy
            : throw new InputException($"The tensors that came are not the weights {policy.Weights.Brief} that the journal names: they were damaged on their way. Fetch them again.");
    }
}
