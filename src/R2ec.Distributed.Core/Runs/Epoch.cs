namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// A life of a run's coordinator, counted from 1: every resumption begins the next. Orders carry it, and whoever has seen a higher one refuses a lower.
/// </summary>
/// <param name="Value">Count, from 1; 0 before the run has started.</param>
public readonly record struct Epoch(int Value) : IComparable<Epoch>
{
    /// <summary>The epoch that follows.</summary>
    public Epoch Next() => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left one is earlier.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.Value < right.Value;

    /// <summary>Whether the left one is later.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.Value > right.Value;

    /// <summary>Whether the left one is not later.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.Value <= right.Value;

    /// <summary>Whether the left one is not earlier.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
