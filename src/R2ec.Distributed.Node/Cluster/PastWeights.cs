using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>
/// Published weights of runs that this node no longer works on. They are a cache: a learner publishes them again when such a run goes on, and other nodes
/// fetch them. A node that may hold the only copy of a run's last policy gives it up only where a checkpoint here holds the same policy.
/// </summary>
internal static class PastWeights
{
    private const string Ending = ".safetensors";

    /// <summary>Removes those of every run but one; reads files, so call it on a thread of its own.</summary>
    /// <param name="runs">The folder of all runs' files.</param>
    /// <param name="working">The run that is worked on.</param>
    /// <param name="publishes">Whether a learner of this node may have made them.</param>
    /// <param name="digestOf">Digest of the policy in a file.</param>
    public static void Remove(string runs, RunId working, bool publishes, Func<string, string> digestOf)
    {
        foreach (var run in Directory.EnumerateDirectories(runs).Where(path => Path.GetFileName(path) != working.Value))
        {
            var published = In(Path.Combine(run, "weights"), "*").ToList();
            var kept = publishes && published.Count > 0 ? In(Path.Combine(run, "checkpoints"), "policy.safetensors").Select(digestOf).ToHashSet(StringComparer.Ordinal) : [];
            foreach (var file in published.Where(file => !publishes || !file.EndsWith(Ending, StringComparison.Ordinal) || kept.Contains(Path.GetFileNameWithoutExtension(file))))
            {
                File.Delete(file);
            }
        }
    }

    private static IEnumerable<string> In(string folder, string pattern) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories) : [];
}
