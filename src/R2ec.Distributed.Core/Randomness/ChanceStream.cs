using R2ec.Distributed.Core.Numerics;

namespace R2ec.Distributed.Core.Randomness;

/// <summary>
/// Numbers drawn one after the other at fixed (seed, purpose, step, group, completion): draw n is the number of <see cref="Chance"/> at token n.
/// </summary>
/// <remarks>A mutable struct: keep it in a local variable or a field that is not readonly, and pass it by reference.</remarks>
/// <param name="seed">The run's seed.</param>
/// <param name="purpose">What the numbers are for.</param>
/// <param name="step">0 to 2^32 − 1.</param>
/// <param name="group">0 to 2^32 − 1.</param>
/// <param name="completion">0 to 2^24 − 1.</param>
#pragma warning disable CA1711 // A stream of numbers, as the literature calls it; nobody takes it for System.IO.Stream.
public struct ChanceStream(ulong seed, ChancePurpose purpose, long step, long group = 0, long completion = 0) : IEquatable<ChanceStream>
#pragma warning restore CA1711
{
    private long _drawn;

    /// <summary>How many numbers were drawn.</summary>
    public readonly long DrawnCount => _drawn;

    /// <summary>A uniform number in [0, 1).</summary>
    public double Next() => Chance.Uniform(seed, purpose, step, group, completion, _drawn++);

    /// <summary>An index in [0, <paramref name="count"/>).</summary>
    /// <param name="count">At least 1.</param>
    public int NextIndex(int count) => Chance.Index(seed, purpose, step, group, completion, _drawn++, count);

    /// <summary>One of the given things, each as likely.</summary>
    /// <param name="among">At least one.</param>
    public T Choice<T>(ReadOnlySpan<T> among) => among[NextIndex(among.Length)];

    /// <summary>One of the given things, each as likely.</summary>
    /// <param name="among">At least one.</param>
    public T Choice<T>(IReadOnlyList<T> among)
    {
        ArgumentNullException.ThrowIfNull(among);
        return among[NextIndex(among.Count)];
    }

    /// <summary>Index drawn in proportion to its weight.</summary>
    /// <param name="weights">Finite, not negative, not all zero.</param>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        var total = 0.0;
        foreach (var weight in weights)
        {
            if (!(weight >= 0 && double.IsFinite(weight)))
            {
                throw new ArgumentOutOfRangeException(nameof(weights), weight, "A weight is finite and not negative.");
            }

            total += weight;
        }

        if (!(total > 0))
        {
            throw new ArgumentException("At least one weight is above zero.", nameof(weights));
        }

        var left = Next() * total;
        var last = -1;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                last = i;
                left -= weights[i];
                if (left < 0)
                {
                    return i;
                }
            }
        }

        return last;
    }

    /// <summary>Puts the things in a uniformly drawn order (Fisher–Yates).</summary>
    /// <param name="things">Reordered in place.</param>
    public void Shuffle<T>(Span<T> things)
    {
        for (var i = things.Length - 1; i > 0; i--)
        {
            var j = NextIndex(i + 1);
            (things[i], things[j]) = (things[j], things[i]);
        }
    }

    /// <summary>A waiting time of a process without memory.</summary>
    /// <param name="mean">Its mean, in the unit of the result.</param>
    public double Exponential(double mean) => -mean * PortableMath.Log(1.0 - Next());

    /// <summary>A standard normal number; takes two draws.</summary>
    public double Normal()
    {
        var radius = Math.Sqrt(-2.0 * PortableMath.Log(1.0 - Next()));
        return radius * PortableMath.SinCosOfTurns(Next()).Cos;
    }

    /// <summary>Distinct indices below <paramref name="outOf"/> in the order drawn.</summary>
    /// <param name="count">0 to <paramref name="outOf"/>.</param>
    /// <param name="outOf">How many there are to choose from.</param>
    public int[] Sample(int count, int outOf)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, outOf);
        // Fisher–Yates on an order that is written down only where it differs from 0, 1, 2, …
        var moved = new Dictionary<int, int>(count);
        var drawn = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = i + NextIndex(outOf - i);
            drawn[i] = moved.GetValueOrDefault(j, j);
            moved[j] = moved.GetValueOrDefault(i, i);
        }

        return drawn;
    }

    /// <inheritdoc/>
    public readonly bool Equals(ChanceStream other) => Coordinates == other.Coordinates;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is ChanceStream other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => Coordinates.GetHashCode();

    /// <summary>Whether both would draw the same numbers from here on.</summary>
    public static bool operator ==(ChanceStream left, ChanceStream right) => left.Equals(right);

    /// <summary>Whether they would draw different numbers from here on.</summary>
    public static bool operator !=(ChanceStream left, ChanceStream right) => !left.Equals(right);

    private readonly (ulong, ChancePurpose, long, long, long, long) Coordinates => (seed, purpose, step, group, completion, _drawn);
}
