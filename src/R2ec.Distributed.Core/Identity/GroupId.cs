namespace R2ec.Distributed.Core.Identity;

/// <summary>One prompt's completions in one step.</summary>
/// <param name="Step">RL step, counted from 1.</param>
/// <param name="Index">Place in the step's plan, counted from 0.</param>
public readonly record struct GroupId(int Step, int Index)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Step}/{Index}";
}
