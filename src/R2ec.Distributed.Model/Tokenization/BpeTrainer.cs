using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.Tokenization;

/// <summary>
/// Trains byte-level BPE in the way of GPT-2 and writes it as a tokenizer.json of Hugging Face. The same texts give the same bytes, in whatever
/// order they come.
/// </summary>
/// <remarks>
/// The order of merges is that of Hugging Face's trainer: the most frequent pair first, ties to the lower pair of ids. Unlike there, special and
/// added tokens are cut out of the texts first, as they are when a text is encoded.
/// </remarks>
public static partial class BpeTrainer
{
    /// <summary>Bytes of the alphabet, each a token of its own.</summary>
    public const int AlphabetSize = 256;

    /// <summary>Trains a tokenizer.</summary>
    /// <param name="texts">What it is trained on.</param>
    /// <param name="vocabularySize">
    /// Special tokens + 256 bytes + merges; added tokens come on top. Fewer where the texts have no pair left to merge.
    /// </param>
    /// <param name="specialTokens">Get the ids from 0 on, in this order.</param>
    /// <param name="addedTokens">Plain tokens cut out of a text as they stand; get the ids after the vocabulary, in this order.</param>
    /// <returns>UTF-8 bytes of a tokenizer.json.</returns>
    /// <exception cref="InputException">The vocabulary is too small for the special tokens and the alphabet, or a token is empty or given twice.</exception>
    public static byte[] Train(
        IEnumerable<string> texts, int vocabularySize, IReadOnlyList<string> specialTokens, IReadOnlyList<string> addedTokens)
    {
        Check(vocabularySize, specialTokens, addedTokens);
        var vocabulary = new List<string>(specialTokens);
        for (var value = 0; value < AlphabetSize; value++)
        {
            vocabulary.Add(ByteAlphabet.CharOf((byte)value).ToString());
        }

        // Hugging Face sorts the alphabet by code point.
        vocabulary.Sort(specialTokens.Count, AlphabetSize, StringComparer.Ordinal);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < vocabulary.Count; id++)
        {
            ids[vocabulary[id]] = id;
        }

        var words = CountWords(texts, [.. specialTokens, .. addedTokens]);
        var merger = new BpeMerger(words, vocabulary, ids);
        var merges = merger.Run(vocabularySize);
        return TokenizerJson.Write(vocabulary, merges, specialTokens, addedTokens);
    }

    private static void Check(int vocabularySize, IReadOnlyList<string> specialTokens, IReadOnlyList<string> addedTokens)
    {
        var least = specialTokens.Count + AlphabetSize;
        if (vocabularySize < least)
        {
            throw new InputException(
                $"a vocabulary of {vocabularySize} is too small: {specialTokens.Count} special tokens and {AlphabetSize} bytes need {least}");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in specialTokens.Concat(addedTokens))
        {
            if (token.Length == 0 || !seen.Add(token))
            {
                throw new InputException(token.Length == 0 ? "a special or added token is empty" : $"the token \"{token}\" is given twice");
            }
        }
    }

    /// <summary>Pre-tokens, spelled in the byte alphabet, with their counts, in ordinal order.</summary>
    private static List<(string Word, int Count)> CountWords(IEnumerable<string> texts, IReadOnlyList<string> cut)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var cutter = cut.Count == 0
            ? null
            : new Regex(string.Join('|', cut.OrderByDescending(token => token.Length).Select(Regex.Escape)), RegexOptions.CultureInvariant);
        foreach (var text in texts)
        {
            foreach (var piece in cutter is null ? [text] : cutter.Split(text))
            {
                foreach (var match in PreToken().EnumerateMatches(piece))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, piece.AsSpan(match.Index, match.Length), out _)++;
                }
            }
        }

        return [.. counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (ByteAlphabet.Spell(pair.Key), pair.Value))];
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex PreToken();
}
