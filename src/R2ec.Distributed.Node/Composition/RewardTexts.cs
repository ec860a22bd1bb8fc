using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Node.Composition;

/// <summary>A run's data set in words. A prompt is decoded from its tokens, so that a service reads what the policy reads, shortened as it is.</summary>
internal sealed class RewardTexts(DataSet set, IPromptBook book, Tokenizer tokenizer) : IRewardTexts
{
    /// <inheritdoc/>
    public string Prompt(SampleId sample) => tokenizer.Decode(book.Prompt(sample));

    /// <inheritdoc/>
    public string Title(int item) => set.Items[item].Title;

    /// <inheritdoc/>
    public int Target(SampleId sample) => book.Target(sample);
}
