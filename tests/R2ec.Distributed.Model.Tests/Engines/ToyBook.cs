using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Model.Tests.Engines;

/// <summary>
/// A world of a dozen items in a circle: a user walks it with a step of its own and buys the next item. Every title is one token. Train samples 0 to 23,
/// valid 24 to 27, test 28 to 31.
/// </summary>
internal sealed class ToyBook(Tokenizer tokenizer) : IPromptBook, ITeacher
{
    public const int Items = 12;
    private const int Train = 24;
    private const int Held = 4;

    public static string[] Titles { get; } = [.. Enumerable.Range(1, Items).Select(item => $"<item {item}>")];

    public static string[] Words { get; } = ["user likes", "bought", " then", " so next", "item like", "shape", "<answer>"];

    public int ItemCount => Items;

    public bool WritesChains => true;

    public IReadOnlyList<int> TitleTokens { get; } = [-1, .. Titles.Select(title => tokenizer.IdOf(title)!.Value)];

    public int FirstSample(Split split) => split switch { Split.Train => 0, Split.Valid => Train, _ => Train + Held };

    public int SampleCount(Split split) => split == Split.Train ? Train : Held;

    public int[] Prompt(SampleId sample) => tokenizer.Encode($"user {sample.Value % 3} bought{Walk(Seen(sample))} so next");

    public int[] ItemPrompt(int item) => tokenizer.Encode($"item{Titles[item - 1]} like{string.Concat(Enumerable.Repeat(" shape", item % 3))}<answer>");

    public int Target(SampleId sample) => At(sample, Length(sample));

    public int[] Seen(SampleId sample) => [.. Enumerable.Range(0, Length(sample)).Select(place => At(sample, place)).Where(item => item != Target(sample))];

    public int User(SampleId sample) => sample.Value;

    public int[] Plausible(SampleId sample, int step, int row) => tokenizer.Encode($" then{Titles[Seen(sample)[^1] - 1]}<answer>");

    public int[] Hindsight(SampleId sample, int step, int row) => tokenizer.Encode($" then like{Titles[Target(sample) - 1]}<answer>");

    public int[] NoisyPrompt(SampleId sample, int step, int row, double drop, double plain, bool withTarget, bool pretrain)
    {
        int[] seen = Seen(sample);
        var left = (int)(Chance.Uniform(1, pretrain ? ChancePurpose.Pretrain : ChancePurpose.WarmStartChains, step, row) * drop * seen.Length);
        int[] shown = [.. seen.Skip(left), .. withTarget ? [Target(sample)] : Array.Empty<int>()];
        return tokenizer.Encode($"user bought{Walk(shown)}");
    }

    public int[] NoisyItemPrompt(int item, int step, double plain) => ItemPrompt(item);

    private static int Length(SampleId sample) => 2 + (sample.Value % 4);

    private static int At(SampleId sample, int place) => ((sample.Value + (place * (1 + (sample.Value % 2)))) % Items) + 1;

    private static string Walk(int[] items) => string.Concat(items.Select(item => Titles[item - 1]));
}
