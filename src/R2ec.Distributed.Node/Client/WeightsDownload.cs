using System.Globalization;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Api;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Client;

/// <summary>Brings a policy's tensors from a cluster into a file.</summary>
internal static class WeightsDownload
{
    /// <summary>The version with its file; the digest is as the cluster names it, and whoever uses the file compares it.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="run">The run.</param>
    /// <param name="step">An RL step, best, or null for the last.</param>
    /// <param name="file">Where to.</param>
    /// <param name="stop">Ends the wait.</param>
    public static async Task<KeptPolicy> ToAsync(ClusterClient cluster, RunId run, string? step, string file, CancellationToken stop)
    {
        using var answer = await cluster.OpenAsync($"runs/{run}/weights{(step is null ? "" : $"?step={Uri.EscapeDataString(step)}")}", stop);
        await cluster.DownloadAsync(answer, file, stop);
        return new KeptPolicy(int.Parse(Header(answer, ApiAnswers.Step), CultureInfo.InvariantCulture), new Digest(Header(answer, ApiAnswers.Weights)), file);
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { } value
        ? value
        : throw new InputException($"The API's answer lacks the header {name}: it is of another version.");
}
