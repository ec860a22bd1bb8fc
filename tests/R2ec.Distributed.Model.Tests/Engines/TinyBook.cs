using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Model.Tests.Learning;

namespace R2ec.Distributed.Model.Tests.Engines;

/// <summary>The golden tiny model's prompts as a data set: the users of all steps are numbered through. It teaches nothing.</summary>
internal sealed class TinyBook(Tiny tiny) : IPromptBook, ITeacher
{
    private readonly int _users = tiny.Steps[0].Prompts.Length;

    public int ItemCount => tiny.ItemPrompts.Length;

    public bool WritesChains => false;

    public IReadOnlyList<int> TitleTokens => [];

    /// <summary>The groups of a step with given advantages, cut as the token mean asks for.</summary>
    public TrainedGroup[] Groups(int step, double[] advantages)
    {
        var batch = tiny.Steps[step];
        return [.. Enumerable.Range(0, batch.Prompts.Length).Select(user => new TrainedGroup(
            new SampleId((step * _users) + user),
            [.. Enumerable.Range(user * batch.Group, batch.Group).Select(i => new TrainedCompletion(batch.Completions[i], batch.Completions[i].Length, null, advantages[i], 1.0 / batch.Tokens))]))];
    }

    public int FirstSample(Split split) => 0;

    public int SampleCount(Split split) => tiny.Steps.Length * _users;

    public int[] Prompt(SampleId sample) => tiny.Steps[sample.Value / _users].Prompts[sample.Value % _users];

    public int[] ItemPrompt(int item) => tiny.ItemPrompts[item - 1];

    public int Target(SampleId sample) => tiny.Steps[sample.Value / _users].Targets[sample.Value % _users];

    public int[] Seen(SampleId sample) => tiny.Steps[sample.Value / _users].Histories[sample.Value % _users];

    public int User(SampleId sample) => sample.Value;

    public int[] Plausible(SampleId sample, int step, int row) => throw new NotSupportedException();

    public int[] Hindsight(SampleId sample, int step, int row) => throw new NotSupportedException();

    public int[] NoisyPrompt(SampleId sample, int step, int row, double drop, double plain, bool withTarget, bool pretrain) => throw new NotSupportedException();

    public int[] NoisyItemPrompt(int item, int step, double plain) => throw new NotSupportedException();
}
