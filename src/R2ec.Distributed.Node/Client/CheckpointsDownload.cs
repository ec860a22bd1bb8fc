using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Client;

/// <summary>Brings a run's checkpoints from a cluster: every file is compared with its manifest, and the manifest with the journal.</summary>
internal static class CheckpointsDownload
{
    private const int Tries = 3;

    /// <summary>Brings checkpoints into folders of their names.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="run">The run.</param>
    /// <param name="which">all, newest or none.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Names of those that came, and of those that no node that lives holds.</returns>
    public static async Task<(IReadOnlyList<string> Came, IReadOnlyList<string> Missing)> ToAsync(ClusterClient cluster, RunId run, string which, string folder, CancellationToken stop)
    {
        var (came, missing) = (new List<string>(), new List<string>());
        var listed = which == "none" ? [] : (await cluster.GetAsync($"runs/{run}/checkpoints", stop)).EnumerateArray().Take(which == "newest" ? 1 : int.MaxValue);
        foreach (var checkpoint in listed)
        {
            var name = ClusterText.Text(checkpoint, "checkpoint");
            if (!FolderManifest.IsPlain(name) || !Digest.TryParse(ClusterText.Text(checkpoint, "manifest"), out var manifest))
            {
                throw new InputException($"The cluster names a checkpoint '{name}' that cannot be one: it is of another version.");
            }

            (await FetchAsync(cluster, run, name, manifest, Path.Combine(folder, name), stop) ? came : missing).Add(name);
        }

        return (came, missing);
    }

    private static async Task<bool> FetchAsync(ClusterClient cluster, RunId run, string name, Digest manifest, string folder, CancellationToken stop)
    {
        var bytes = await ManifestAsync(cluster, $"runs/{run}/checkpoints/{name}/{CheckpointManifest.FileName}", stop);
        if (bytes is null)
        {
            return false;
        }

        if (Digest.Of(bytes) != manifest)
        {
            throw new InputException($"The manifest of checkpoint {name} that came is not the one that the journal names. Fetch it again.");
        }

        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, CheckpointManifest.FileName), bytes, stop);
        foreach (var (file, digest) in CheckpointManifest.Parse(bytes).Files)
        {
            await FileAsync(cluster, $"runs/{run}/checkpoints/{name}/{file}", Path.Combine(folder, file), digest, stop);
        }

        return true;
    }

    // A holder that dies under a transfer breaks it: the next try is answered by another one.
    private static async Task FileAsync(ClusterClient cluster, string path, string file, Digest digest, CancellationToken stop)
    {
        for (var left = Tries; ; left--)
        {
            string why;
            try
            {
                await cluster.DownloadAsync(path, file, stop);
                if (CheckpointManifest.IsFile(file, digest))
                {
                    return;
                }

                why = "its bytes are others than its manifest says";
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException)
            {
                why = broken.Message;
            }

            if (left <= 1)
            {
                throw new InputException($"{path} did not come whole: {why}. Fetch it again.");
            }
        }
    }

    private static async Task<byte[]?> ManifestAsync(ClusterClient cluster, string path, CancellationToken stop)
    {
        using var answer = await cluster.FindAsync(path, stop);
        if (answer is null)
        {
            return null;
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(stop);
        var bytes = new byte[CheckpointManifest.LimitBytes + 1];
        var count = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop);
        return count <= CheckpointManifest.LimitBytes ? bytes[..count] : throw new InputException($"{path} has more than {CheckpointManifest.LimitBytes} bytes: it is no manifest.");
    }
}
