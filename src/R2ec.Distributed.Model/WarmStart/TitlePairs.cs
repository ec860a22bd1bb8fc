namespace R2ec.Distributed.Model.WarmStart;

/// <summary>A history title in a prompt that another title follows.</summary>
/// <param name="Row">The prompt.</param>
/// <param name="Place">Place of the title's token.</param>
/// <param name="NextToken">The token that follows.</param>
/// <param name="NextItem">The item whose title it is.</param>
internal readonly record struct TitlePair(int Row, int Place, int NextToken, int NextItem);

/// <summary>Finds the titles of prompts, where a title is one token.</summary>
internal static class TitlePairs
{
    /// <summary>All pairs of neighbouring titles.</summary>
    /// <param name="prompts">Token rows.</param>
    /// <param name="titleTokens">The token of each item's title, or -1.</param>
    public static IReadOnlyList<TitlePair> Of(IReadOnlyList<int[]> prompts, IReadOnlyList<int> titleTokens)
    {
        var items = ItemsByToken(titleTokens);
        List<TitlePair> pairs = [];
        for (var row = 0; row < prompts.Count; row++)
        {
            for (var t = 0; t + 1 < prompts[row].Length; t++)
            {
                if (items.ContainsKey(prompts[row][t]) && items.TryGetValue(prompts[row][t + 1], out var next))
                {
                    pairs.Add(new TitlePair(row, t, prompts[row][t + 1], next));
                }
            }
        }

        return pairs;
    }

    /// <summary>How many pairs there are.</summary>
    public static int Count(IReadOnlyList<int[]> prompts, IReadOnlyList<int> titleTokens) => Of(prompts, titleTokens).Count;

    /// <summary>Items by the token that is their title.</summary>
    public static Dictionary<int, int> ItemsByToken(IReadOnlyList<int> titleTokens)
    {
        Dictionary<int, int> items = [];
        for (var item = 1; item < titleTokens.Count; item++)
        {
            if (titleTokens[item] >= 0)
            {
                items.TryAdd(titleTokens[item], item);
            }
        }

        return items;
    }
}
