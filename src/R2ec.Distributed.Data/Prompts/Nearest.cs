namespace R2ec.Distributed.Data.Prompts;

/// <summary>The right name that a wrong one was most likely meant for.</summary>
internal static class Nearest
{
    /// <summary>By the fewest letters to change; the first of equals. Empty where there is none to choose from.</summary>
    public static string To(string wrong, IEnumerable<string> right) => right.MinBy(r => Distance(wrong, r)) ?? "";

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
