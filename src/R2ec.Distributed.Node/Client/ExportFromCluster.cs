using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;

namespace R2ec.Distributed.Node.Client;

/// <summary>What <c>export --cluster</c> does: the same files as on one machine, from tensors that a node serves.</summary>
internal static class ExportFromCluster
{
    /// <summary>Writes the policy; the folder appears whole. Names in the spec are looked up from the working directory.</summary>
    public static async Task<int> RunAsync(ClusterClient cluster, ExportRequest request, CancellationToken stop)
    {
        var run = RunId.Parse(request.Run);
        ExportRun.RefuseTaken(request.Out);
        var spec = SpecFile.Of($"spec of run {run}", await cluster.TextAsync($"runs/{run}/spec", stop), []).Sound();
        var file = $"{Path.GetFullPath(request.Out)}.weights-{Environment.ProcessId}";
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        try
        {
            return ExportRun.Write(spec, null, await WeightsDownload.ToAsync(cluster, run, request.Step, file, stop), request);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
