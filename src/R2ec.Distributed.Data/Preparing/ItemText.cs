namespace R2ec.Distributed.Data.Preparing;

/// <summary>The description of an item, from its paragraphs.</summary>
internal static class ItemText
{
    private const int MaxWords = 100;

    /// <summary>Each paragraph once (its first place counts), in reverse, joined with a space; beyond 100 words cut, with "..." behind.</summary>
    public static string Of(IEnumerable<string> paragraphs)
    {
        var once = paragraphs.Distinct(StringComparer.Ordinal).ToArray();
        Array.Reverse(once);
        var text = string.Join(' ', once);
        var words = text.Split((char[]?)null, MaxWords + 1, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > MaxWords ? string.Join(' ', words.AsSpan(0, MaxWords)!) + "..." : text;
    }
}
