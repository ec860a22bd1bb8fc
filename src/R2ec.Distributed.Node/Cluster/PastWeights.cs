using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>
/// Published weights of runs that this node no longer works on. They are a cache: a learner publishes them again when such a run goes on, and other nodes
/// fetch them. A node that may hold the only copy of a run's last policy gives it up only where a checkpoint here has the same bytes.
/// </summary>
internal static class PastWeights
{
    /// <summary>Removes those of every run but one; reads files, so call it on a thread of its own.</summary>
    /// <param name="runs">The folder of all runs' files.</param>
    /// <param name="working">The run that is worked on.</param>
    /// <param name="publishes">Whether a learner of this node may have made them.</param>
    public static void Remove(string runs, RunId working, bool publishes)
    {
        foreach (var run in Directory.EnumerateDirectories(runs).Where(path => Path.GetFileName(path) != working.Value))
        {
            foreach (var file in In(Path.Combine(run, "weights"), "*"))
            {
                if (!publishes || In(Path.Combine(run, "checkpoints"), "policy.safetensors").Any(kept => IsSame(kept, file)))
                {
                    File.Delete(file);
                }
            }
        }
    }

    private static IEnumerable<string> In(string folder, string pattern) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories) : [];

    private static bool IsSame(string one, string other)
    {
        using var first = File.OpenRead(one);
        using var second = File.OpenRead(other);
        if (first.Length != second.Length)
        {
            return false;
        }

        var (left, right) = (new byte[1 << 16], new byte[1 << 16]);
        for (int count; (count = first.ReadAtLeast(left, left.Length, throwOnEndOfStream: false)) > 0;)
        {
            if (second.ReadAtLeast(right.AsSpan(0, count), count, throwOnEndOfStream: false) < count || !left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
            {
                return false;
            }
        }

        return true;
    }
}
