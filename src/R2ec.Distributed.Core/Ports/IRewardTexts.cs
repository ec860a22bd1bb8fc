using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Ports;

/// <summary>The run's data set in words, for reward services. Thread-safe.</summary>
public interface IRewardTexts
{
    /// <summary>A sample's prompt as the policy reads it.</summary>
    string Prompt(SampleId sample);

    /// <summary>An item's title.</summary>
    string Title(int item);

    /// <summary>The target item of a sample.</summary>
    int Target(SampleId sample);
}
