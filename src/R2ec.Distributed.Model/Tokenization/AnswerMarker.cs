using System.Text;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.Tokenization;

/// <summary>
/// The text that ends a chain of thought, <c>&lt;answer&gt;</c>: what is appended to a chain that never wrote it, and how a chain that did is
/// recognised, in whatever tokens it wrote it. Immutable and thread-safe.
/// </summary>
public sealed class AnswerMarker
{
    /// <summary>The marker of the paper.</summary>
    public const string Default = "<answer>";

    private readonly Tokenizer _tokenizer;
    private readonly int[] _next;

    /// <summary>A marker for one tokenizer.</summary>
    /// <param name="tokenizer">Borrowed; must outlive the marker.</param>
    /// <param name="text">The text that ends a chain.</param>
    /// <param name="encodedAs">The text whose tokens are appended, which must contain the marker; the marker itself where null.</param>
    /// <exception cref="InputException">The marker is empty, or the tokenizer cannot write it.</exception>
    public AnswerMarker(Tokenizer tokenizer, string text = Default, string? encodedAs = null)
    {
        encodedAs ??= text;
        if (text.Length == 0)
        {
            throw new InputException($"the answer marker is empty: give it the text that ends a chain, such as {Default}");
        }

        if (!encodedAs.Contains(text, StringComparison.Ordinal))
        {
            throw new InputException($"the answer marker is appended as \"{encodedAs}\", which does not contain the marker \"{text}\"");
        }

        if (!CanBeWritten(tokenizer, text, encodedAs))
        {
            throw new InputException(
                $"a tokenizer without the marker's characters: \"{encodedAs}\" does not survive encoding and decoding. Choose a marker that the tokenizer can write, or another checkpoint.");
        }

        _tokenizer = tokenizer;
        Text = text;
        Ids = tokenizer.Encode(encodedAs);
        _next = BuildAutomaton(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The marker.</summary>
    public string Text { get; }

    /// <summary>The tokens that are appended to a chain without the marker.</summary>
    public int[] Ids { get; }

    internal int FoundState => _next.Length / 256;

    /// <summary>Whether the tokenizer's ids for <paramref name="encodedAs"/> (the marker itself where null) spell the marker again.</summary>
    public static bool CanBeWritten(Tokenizer tokenizer, string text = Default, string? encodedAs = null)
    {
        var written = tokenizer.Encode(encodedAs ?? text).SelectMany(id => tokenizer.Bytes(id).ToArray()).ToArray();
        return written.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    }

    /// <summary>Watches a new chain.</summary>
    public MarkerScanner Scanner() => new(this);

    internal int Advance(int state, int token)
    {
        foreach (var value in _tokenizer.Bytes(token).Span)
        {
            if (state == FoundState)
            {
                break;
            }

            state = _next[(state * 256) + value];
        }

        return state;
    }

    /// <summary>For every number of marker bytes matched so far and every next byte: how many are matched then.</summary>
    private static int[] BuildAutomaton(byte[] marker)
    {
        var next = new int[marker.Length * 256];
        next[marker[0]] = 1;
        var fallback = 0;
        for (var state = 1; state < marker.Length; state++)
        {
            Array.Copy(next, fallback * 256, next, state * 256, 256);
            next[(state * 256) + marker[state]] = state + 1;
            fallback = next[(fallback * 256) + marker[state]];
        }

        return next;
    }
}
