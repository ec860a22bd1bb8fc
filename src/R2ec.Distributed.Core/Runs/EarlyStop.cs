namespace R2ec.Distributed.Core.Runs;

/// <summary>The rule that ends a run which no longer gets better: <c>evaluation.patience</c> evaluations in a row without a better validation NDCG@10.</summary>
public static class EarlyStop
{
    /// <summary>Why the run ends at the step of its newest evaluation; null where it goes on.</summary>
    public static string? Due(RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Plan is not { Patience: > 0 } plan || state.Evaluations.IsEmpty || state.Step == 0 || state.Step >= state.Steps)
        {
            return null;
        }

        var since = state.Evaluations.Count - 1 - state.Evaluations.IndexOf(state.Best!);
        return since < plan.Patience
            ? null
            : $"{since} evaluations without a better validation NDCG@10 than {state.Best!.Ndcg.ToString("F4", System.Globalization.CultureInfo.InvariantCulture)} after step {state.Best.Step}";
    }
}
