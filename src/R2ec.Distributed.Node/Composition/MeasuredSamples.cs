using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Node.Composition;

/// <summary>Which samples of a split are measured: the same for the policy, its controls and the baselines.</summary>
internal static class MeasuredSamples
{
    /// <summary>Evenly spaced samples, all where <paramref name="wanted"/> is 0.</summary>
    public static SampleId[] Of(IPromptBook book, Split split, int wanted) =>
        [.. Cuts.EvenlySpaced(book.SampleCount(split), wanted).Select(place => new SampleId(book.FirstSample(split) + place))];
}
