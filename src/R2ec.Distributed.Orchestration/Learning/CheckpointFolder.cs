using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>A run's checkpoints on disk: each whole or not at all, and only those count that the journal names.</summary>
/// <param name="folder">The run's folder <c>checkpoints</c>.</param>
/// <param name="copies">Where those that are not here may be; null on one machine.</param>
public sealed class CheckpointFolder(string folder, ICheckpointCopies? copies = null)
{
    /// <summary>Old ones were removed everywhere: asking for each of them would hold up the restoration.</summary>
    private const int MostAsked = 3;

    /// <summary>Writes a checkpoint beside and moves it to its place; one that stood there was never named by the journal and gives way.</summary>
    public async Task<Digest> SaveAsync(ILearnerEngine learner, RunPosition position, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(learner);
        Directory.CreateDirectory(folder);
        var making = Path.Combine(folder, $".{position.FolderName}.new");
        Remove(making);
        var manifest = await learner.SaveAsync(making, stop).ConfigureAwait(false);
        Remove(PathOf(position.FolderName));
        Durable.Rename(making, PathOf(position.FolderName));
        return manifest;
    }

    /// <summary>Loads the newest whole checkpoint; null where none is whole. What is passed over is told.</summary>
    /// <param name="learner">Takes it over.</param>
    /// <param name="candidates">Newest first, as the journal names them.</param>
    /// <param name="passedOver">Told why a checkpoint cannot serve.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<(CheckpointRecord Checkpoint, Digest Weights)?> LoadAsync(ILearnerEngine learner, IReadOnlyList<CheckpointRecord> candidates, Action<string> passedOver, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(passedOver);
        var asked = 0;
        foreach (var candidate in candidates)
        {
            if (!Directory.Exists(PathOf(candidate.Folder)) && (copies is null || ++asked > MostAsked || !await copies.FetchAsync(candidate, [], stop).ConfigureAwait(false)))
            {
                continue;
            }

            try
            {
                return (candidate, await learner.LoadAsync(PathOf(candidate.Folder), candidate.Manifest, stop).ConfigureAwait(false));
            }
            catch (InputException fault)
            {
                passedOver($"Checkpoint {PathOf(candidate.Folder)} is passed over, the one before it is used: {fault.Message}");
            }
        }

        return null;
    }

    /// <summary>Removes every checkpoint that is not named.</summary>
    public void Prune(IReadOnlyCollection<string> keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var path in Directory.EnumerateDirectories(folder).Where(path => !keep.Contains(Path.GetFileName(path))))
        {
            Remove(path);
        }
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private string PathOf(string name) => Path.Combine(folder, name);
}
