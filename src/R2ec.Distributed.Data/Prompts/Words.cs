namespace R2ec.Distributed.Data.Prompts;

/// <summary>Cuts texts by words.</summary>
internal static class Words
{
    /// <summary>The text as it is, or its first words with "..." behind; 0 cuts nothing.</summary>
    public static string Cut(string text, int most)
    {
        if (most == 0)
        {
            return text;
        }

        var words = text.Split((char[]?)null, most + 1, StringSplitOptions.RemoveEmptyEntries);
        return words.Length <= most ? text : string.Join(' ', words.Take(most)) + "...";
    }
}
