namespace R2ec.Distributed.Core.Spec;

/// <summary>The right word that a misspelt one was probably meant to be.</summary>
public static class NearestWord
{
    /// <summary>The candidate with the least edit distance (insert, delete, replace, swap of neighbours), or null where none is close: at most a third of the longer word, at least 2.</summary>
    public static string? To(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        var least = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var distance = Distance(word, candidate);
            if (distance < least && distance <= Math.Max(2, Math.Max(word.Length, candidate.Length) / 3))
            {
                (best, least) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>Edit distance with swaps of neighbouring letters (optimal string alignment). Words over 200 letters are cut.</summary>
    public static int Distance(string left, string right)
    {
        const int Longest = 200;
        var (a, b) = (left.Length > Longest ? left[..Longest] : left, right.Length > Longest ? right[..Longest] : right);
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                cost[i, j] = i == 0 || j == 0 ? i + j : Least(cost, a, b, i, j);
            }
        }

        return cost[a.Length, b.Length];
    }

    private static int Least(int[,] cost, string a, string b, int i, int j)
    {
        var change = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        var least = Math.Min(change, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
        var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
        return swapped ? Math.Min(least, cost[i - 2, j - 2] + 1) : least;
    }
}
