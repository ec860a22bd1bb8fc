using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Data;
using R2ec.Distributed.Data.Prompts;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Node.Composition;

/// <summary>The warm start's teacher in tokens. Every draw is a function of seed, purpose, step and row; thread-safe.</summary>
/// <param name="set">The data set.</param>
/// <param name="book">Its prompts.</param>
/// <param name="writer">Its texts.</param>
/// <param name="chains">The chains' texts; null where none are written.</param>
/// <param name="tokenizer">The run's tokenizer.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="titles">Token of each item's title, or -1; index 0 is padding.</param>
internal sealed class Teacher(DataSet set, PromptBook book, PromptWriter writer, ChainWriter? chains, Tokenizer tokenizer, ulong seed, IReadOnlyList<int> titles) : ITeacher
{
    private const int PlausibleStream = 0, HindsightStream = 1, PromptStream = 2, ItemStream = 3;

    /// <inheritdoc/>
    public bool WritesChains => chains is not null;

    /// <inheritdoc/>
    public IReadOnlyList<int> TitleTokens => titles;

    /// <inheritdoc/>
    public int[] Plausible(SampleId sample, int step, int row) =>
        tokenizer.Encode(Chains.Plausible(book.Of(sample), Draws(ChancePurpose.WarmStartChains, step, row, PlausibleStream)));

    /// <inheritdoc/>
    public int[] Hindsight(SampleId sample, int step, int row) =>
        tokenizer.Encode(Chains.Hindsight(book.Of(sample), Draws(ChancePurpose.WarmStartChains, step, row, HindsightStream)));

    /// <inheritdoc/>
    public int[] NoisyPrompt(SampleId sample, int step, int row, double drop, double plain, bool withTarget, bool pretrain)
    {
        var draws = Draws(pretrain ? ChancePurpose.Pretrain : ChancePurpose.WarmStartChains, step, row, PromptStream);
        var left = drop > 0 ? drop * draws() : 0;
        var at = book.Of(sample);
        var target = set.Target(at);
        Event[] events = withTarget ? [.. set.WindowOf(at), target] : [.. set.WindowOf(at)];
        if (left > 0)
        {
            var kept = events.Where(_ => draws() >= left).ToArray();
            events = kept.Length > 0 ? kept : [events[^1]];
        }

        var shownPlain = events.Select(_ => plain > 0 && draws() < plain).ToArray();
        return book.Fitting(events.Length, shown => Text(events, shownPlain, shown, target.TimeMs), $"user '{set.UserName(at.User)}'");
    }

    /// <inheritdoc/>
    public int[] NoisyItemPrompt(int item, int step, double plain) =>
        plain > 0 && Draws(ChancePurpose.WarmStartChains, step, item, ItemStream)() < plain ? book.ItemPrompt(item, plain: true) : book.ItemPrompt(item);

    private ChainWriter Chains => chains ?? throw new InvalidOperationException("The spec describes no chains.");

    /// <summary>The message that shows the latest events, some titles by their attributes.</summary>
    private string Text(Event[] events, bool[] plain, int shown, long now)
    {
        // The writer draws once for each shown event and shows it plain below the threshold: hand it what was drawn already, so that shortening changes nothing else.
        var next = events.Length - shown;
        return writer.User(events.AsSpan(events.Length - shown), now, () => plain[next++] ? 0.0 : 1.0, drop: 0, plain: 0.5);
    }

    /// <summary>Uniform numbers of one row and use, in order.</summary>
    private Func<double> Draws(ChancePurpose purpose, int step, int row, int stream)
    {
        var token = 0;
        return () => Chance.Uniform(seed, purpose, step, row, stream, token++);
    }
}
