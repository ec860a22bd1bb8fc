using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Model.WarmStart;

/// <summary>What one row of a warm-start step teaches.</summary>
internal enum Lesson
{
    /// <summary>Token loss on the teacher's chain.</summary>
    Chain,

    /// <summary>Item loss behind a chain.</summary>
    Item,

    /// <summary>Item loss with the marker straight after the prompt.</summary>
    Direct,
}

/// <summary>One step of the warm start in tokens: for each user a prompt and one row per lesson.</summary>
/// <param name="Prompts">One per user.</param>
/// <param name="Targets">Target item of each user.</param>
/// <param name="Lessons">The lessons of every user, in this order.</param>
/// <param name="Chains">Users × lessons rows, a user's side by side.</param>
internal sealed record WarmStartBatch(IReadOnlyList<int[]> Prompts, int[] Targets, IReadOnlyList<Lesson> Lessons, IReadOnlyList<int[]> Chains)
{
    /// <summary>Keeps the draws of a plausible chain behind the item loss apart from those behind the token loss.</summary>
    private const int RowsApart = 1 << 20;

    /// <summary>The draw whether a chain is written in hindsight; the teacher's own draws have smaller numbers.</summary>
    private const int HindsightDraw = 1000;

    /// <summary>Tokens that carry token loss.</summary>
    public int TaughtTokens => Enumerable.Range(0, Chains.Count).Where(row => Lessons[row % Lessons.Count] == Lesson.Chain).Sum(row => Chains[row].Length);

    /// <summary>Samples of a step: epochs of a seeded shuffle, what does not fill a batch is left out.</summary>
    public static SampleId[] Draw(ulong seed, ChancePurpose purpose, int step, int batch, int first, int count)
    {
        var perEpoch = Math.Max(1, count / batch);
        var order = Chance.Permutation(seed, purpose, step / perEpoch, count);
        var from = step % perEpoch * batch;
        return [.. Enumerable.Range(from, batch).Select(at => new SampleId(first + order[at % count]))];
    }

    /// <summary>The step's rows.</summary>
    /// <param name="spec">The stage.</param>
    /// <param name="samples">Its users.</param>
    /// <param name="book">Targets.</param>
    /// <param name="teacher">Writes prompts and chains.</param>
    /// <param name="marker">Tokens of the marker.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">Step of the stage.</param>
    public static WarmStartBatch Of(WarmStartSpec spec, SampleId[] samples, IPromptBook book, ITeacher teacher, int[] marker, ulong seed, int step)
    {
        List<Lesson> lessons = [];
        if (teacher.WritesChains && spec.TokenWeight > 0)
        {
            lessons.Add(Lesson.Chain);
        }

        if (teacher.WritesChains && spec.ItemWeight > 0)
        {
            lessons.Add(Lesson.Item);
        }

        if (spec.DirectWeight > 0 || lessons.Count == 0)
        {
            lessons.Add(Lesson.Direct);
        }

        List<int[]> prompts = [];
        List<int[]> chains = [];
        for (var row = 0; row < samples.Length; row++)
        {
            prompts.Add(spec.HistoryDrop > 0 || spec.PlainFraction > 0
                ? teacher.NoisyPrompt(samples[row], step, row, spec.HistoryDrop, spec.PlainFraction, false, false)
                : book.Prompt(samples[row]));
            foreach (var lesson in lessons)
            {
                chains.Add(Written(lesson, spec, samples[row], teacher, marker, seed, step, row));
            }
        }

        return new WarmStartBatch(prompts, [.. samples.Select(book.Target)], lessons, chains);
    }

    private static int[] Written(Lesson lesson, WarmStartSpec spec, SampleId sample, ITeacher teacher, int[] marker, ulong seed, int step, int row) => lesson switch
    {
        Lesson.Direct => marker,
        Lesson.Item when Chance.Uniform(seed, ChancePurpose.WarmStartChains, step, row, HindsightDraw) < spec.HindsightFraction => teacher.Hindsight(sample, step, row),
        Lesson.Item => teacher.Plausible(sample, step, row + RowsApart),
        _ => teacher.Plausible(sample, step, row),
    };
}
