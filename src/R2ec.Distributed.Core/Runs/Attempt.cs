namespace R2ec.Distributed.Core.Runs;

/// <summary>How often a piece of work was given out. A result names the attempt that it answers; results of earlier ones are ignored.</summary>
/// <param name="Value">Count, from 1; 0 before the first.</param>
public readonly record struct Attempt(int Value)
{
    /// <summary>The attempt that follows.</summary>
    public Attempt Next() => new(Value + 1);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
