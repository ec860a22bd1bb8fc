using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Ports;

/// <summary>
/// The run's data set in tokens, the same on every node: prompts of users and items, targets, and what a reward masks. Thread-safe; token ids are made
/// once and never again from text.
/// </summary>
public interface IPromptBook
{
    /// <summary>Items of the catalogue (N); ids run from 1, id 0 is padding.</summary>
    int ItemCount { get; }

    /// <summary>First sample of a split.</summary>
    int FirstSample(Split split);

    /// <summary>Samples of a split.</summary>
    int SampleCount(Split split);

    /// <summary>Prompt tokens of a sample, ready for its completion.</summary>
    int[] Prompt(SampleId sample);

    /// <summary>Prompt tokens of an item, the marker at their end.</summary>
    int[] ItemPrompt(int item);

    /// <summary>The target item of a sample, from 1.</summary>
    int Target(SampleId sample);

    /// <summary>Items of the sample's history window: masked in scores, save the target.</summary>
    int[] Seen(SampleId sample);

    /// <summary>The user whose sample it is: intervals resample users.</summary>
    int User(SampleId sample);
}
