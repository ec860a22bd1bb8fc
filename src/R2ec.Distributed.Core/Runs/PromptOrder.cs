using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;

namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// Which prompts a step takes: training samples in an order drawn anew for every pass through the data, cut into whole batches; what does not fill a
/// batch waits for the next pass. Where the data is smaller than a batch, it repeats. The last pass's order is remembered; not thread-safe.
/// </summary>
/// <param name="plan">The run's plan.</param>
public sealed class PromptOrder(RunPlan plan)
{
    private int _pass = -1;
    private int[] _order = [];

    /// <summary>The samples of a step, in the order of its groups.</summary>
    /// <param name="step">RL step, from 1.</param>
    public IReadOnlyList<SampleId> Samples(int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        var batches = Math.Max(1, plan.TrainCount / plan.Batch);
        var pass = (step - 1) / batches;
        if (pass != _pass)
        {
            _order = Chance.Permutation((ulong)plan.Seed, ChancePurpose.PromptOrder, pass, plan.TrainCount);
            _pass = pass;
        }

        var first = (step - 1) % batches * plan.Batch;
        return [.. Enumerable.Range(first, plan.Batch).Select(at => new SampleId(_order[at % plan.TrainCount]))];
    }
}
