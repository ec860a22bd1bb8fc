using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Ports;

/// <summary>What the warm start is taught with. Every draw is a function of the run's seed, the step and the row. Thread-safe.</summary>
public interface ITeacher
{
    /// <summary>Whether chains are written at all.</summary>
    bool WritesChains { get; }

    /// <summary>A chain that sees the history only, the marker at its end.</summary>
    int[] Plausible(SampleId sample, int step, int row);

    /// <summary>A chain written with the target known.</summary>
    int[] Hindsight(SampleId sample, int step, int row);

    /// <summary>The sample's prompt with a part of its history left out and some titles shown by their attributes.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="step">Step of the stage.</param>
    /// <param name="row">Row of the step.</param>
    /// <param name="drop">Greatest fraction left out.</param>
    /// <param name="plain">Fraction of titles shown by attributes.</param>
    /// <param name="withTarget">Whether the target ends the history (pretraining).</param>
    /// <param name="pretrain">Whether the draw belongs to the pretraining stage.</param>
    int[] NoisyPrompt(SampleId sample, int step, int row, double drop, double plain, bool withTarget, bool pretrain);

    /// <summary>An item's prompt, its title left out with the given chance.</summary>
    int[] NoisyItemPrompt(int item, int step, double plain);

    /// <summary>The token that is an item's whole title in a history, or -1. Index 0 is padding.</summary>
    IReadOnlyList<int> TitleTokens { get; }
}
