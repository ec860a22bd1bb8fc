using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Data;
using R2ec.Distributed.Data.Prompts;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Node.Composition;

/// <summary>
/// A data set in tokens. A user's prompt loses its oldest events, an item's prompt the last words of its description, until they have at most
/// rollout.max_prompt_tokens tokens, so that an item's prompt always ends in its marker. Made on demand and kept; thread-safe.
/// </summary>
internal sealed class PromptBook : IPromptBook
{
    private const int MostWords = 100;
    private readonly DataSet _set;
    private readonly PromptWriter _writer;
    private readonly PromptTurns _turns;
    private readonly Tokenizer _tokenizer;
    private readonly int _most;
    private readonly int _textWords;
    private readonly int[]?[] _prompts;
    private readonly int[]?[] _items;
    private readonly SampleNumbers _numbers;

    /// <summary>The book of a data set.</summary>
    public PromptBook(DataSet set, PromptWriter writer, PromptTurns turns, Tokenizer tokenizer, ExperimentSpec spec)
    {
        (_set, _writer, _turns, _tokenizer, _most) = (set, writer, turns, tokenizer, spec.Rollout.MaxPromptTokens);
        _textWords = spec.Prompts.TextWords > 0 ? spec.Prompts.TextWords : MostWords;
        _numbers = new SampleNumbers(set);
        _prompts = new int[]?[_numbers.Count];
        _items = new int[]?[set.ItemCount + 1];
    }

    /// <inheritdoc/>
    public int ItemCount => _set.ItemCount;

    /// <inheritdoc/>
    public int FirstSample(Split split) => _numbers.First(split);

    /// <inheritdoc/>
    public int SampleCount(Split split) => _set.Samples(split).Count;

    /// <inheritdoc/>
    public int[] Prompt(SampleId sample) => _prompts[sample.Value] ??= Shortened(Of(sample));

    /// <inheritdoc/>
    public int[] ItemPrompt(int item) => _items[item] ??= ItemPrompt(item, plain: false);

    /// <inheritdoc/>
    public int Target(SampleId sample) => _numbers.Target(sample);

    /// <inheritdoc/>
    public int[] Seen(SampleId sample) => _numbers.Seen(sample);

    /// <inheritdoc/>
    public int User(SampleId sample) => Of(sample).User;

    /// <summary>The sample behind a number.</summary>
    public Sample Of(SampleId sample) => _numbers.Of(sample);

    /// <summary>An item's prompt, as of an item that training never saw where asked; the marker ends it.</summary>
    /// <exception cref="InputException">Even without its description it is too long.</exception>
    public int[] ItemPrompt(int item, bool plain)
    {
        for (var words = _textWords; ; words = words * 3 / 4)
        {
            var tokens = _tokenizer.Encode(_turns.Item(_writer.Item(item, plain, Math.Max(1, words)), _writer));
            if (tokens.Length <= _most)
            {
                return tokens;
            }

            if (words <= 1)
            {
                throw new InputException($"The prompt of item {item} ('{_set.Items[item].Title}') has {tokens.Length} tokens even with one word of its description; rollout.max_prompt_tokens is {_most}. Raise it, or set prompts.title_words.");
            }
        }
    }

    /// <summary>Tokens of a user's prompt with as many of the latest events as fit.</summary>
    /// <param name="events">How many events there are to show.</param>
    /// <param name="text">The message that shows the latest so many of them.</param>
    /// <param name="whose">For the message of a fault.</param>
    /// <exception cref="InputException">Not even one event fits.</exception>
    public int[] Fitting(int events, Func<int, string> text, string whose)
    {
        for (var shown = events; ; shown--)
        {
            var tokens = _tokenizer.Encode(_turns.User(text(shown), _writer));
            if (tokens.Length <= _most)
            {
                return tokens;
            }

            if (shown <= 1)
            {
                throw new InputException($"The prompt of {whose} has {tokens.Length} tokens even with one event; rollout.max_prompt_tokens is {_most}. Raise it, or shorten prompts.user.");
            }
        }
    }

    private int[] Shortened(Sample sample)
    {
        var window = _set.WindowOf(sample).ToArray();
        var now = _set.Target(sample).TimeMs;
        return Fitting(window.Length, shown => _writer.User(window.AsSpan(window.Length - shown), now), $"user '{_set.UserName(sample.User)}'");
    }
}
