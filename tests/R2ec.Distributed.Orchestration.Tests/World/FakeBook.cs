using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Orchestration.Tests.World;

/// <summary>A data set of a dozen users.</summary>
internal sealed class FakeBook(int train = 12, int valid = 6, int test = 6, int items = 10) : IPromptBook
{
    public int ItemCount => items;

    public int FirstSample(Split split) => split switch { Split.Train => 0, Split.Valid => train, _ => train + valid };

    public int SampleCount(Split split) => split switch { Split.Train => train, Split.Valid => valid, _ => test };

    public int[] Prompt(SampleId sample) => [sample.Value, 1, 2];

    public int[] ItemPrompt(int item) => [item, 3];

    public int Target(SampleId sample) => (sample.Value * 7 % items) + 1;

    public int[] Seen(SampleId sample) => [];

    public int User(SampleId sample) => sample.Value / 2;
}
