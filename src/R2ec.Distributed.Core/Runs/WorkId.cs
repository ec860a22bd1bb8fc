namespace R2ec.Distributed.Core.Runs;

/// <summary>A piece of work within a run, named by what it is: <c>3/rollout/17/2</c> is bundle 2 of step 17, ordered in epoch 3.</summary>
/// <param name="Value">The name.</param>
public readonly record struct WorkId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
