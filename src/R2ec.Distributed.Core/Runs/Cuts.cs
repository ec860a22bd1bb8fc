namespace R2ec.Distributed.Core.Runs;

/// <summary>How a row of things is cut into consecutive parts. Cuts are part of the bits: they depend on counts alone.</summary>
public static class Cuts
{
    /// <summary>Sizes of bundles of <paramref name="size"/>, the last one with what is left.</summary>
    /// <param name="count">Things in all, 0 or more.</param>
    /// <param name="size">Of a bundle, 1 or more.</param>
    public static IReadOnlyList<int> Bundles(int count, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var sizes = new List<int>((count + size - 1) / size);
        for (var left = count; left > 0; left -= size)
        {
            sizes.Add(Math.Min(size, left));
        }

        return sizes;
    }

    /// <summary>Sizes of exactly <paramref name="parts"/> shards that differ by at most one, larger ones first; empty ones where there are too few things.</summary>
    /// <param name="count">Things in all, 0 or more.</param>
    /// <param name="parts">Shards, 1 or more.</param>
    public static IReadOnlyList<int> Shards(int count, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        return [.. Enumerable.Range(0, parts).Select(part => (count / parts) + (part < count % parts ? 1 : 0))];
    }

    /// <summary>The parts themselves.</summary>
    /// <param name="things">The row.</param>
    /// <param name="sizes">Sizes that sum to its length.</param>
    public static IReadOnlyList<IReadOnlyList<T>> Apply<T>(IReadOnlyList<T> things, IReadOnlyList<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(things);
        ArgumentNullException.ThrowIfNull(sizes);
        var parts = new List<IReadOnlyList<T>>(sizes.Count);
        var first = 0;
        foreach (var size in sizes)
        {
            parts.Add([.. things.Skip(first).Take(size)]);
            first += size;
        }

        return first == things.Count ? parts : throw new ArgumentException($"Sizes sum to {first}, the row has {things.Count}.", nameof(sizes));
    }

    /// <summary><paramref name="wanted"/> places of 0 … count − 1, evenly spaced and ascending; all of them where wanted is 0 or more than there are.</summary>
    /// <param name="count">Places in all.</param>
    /// <param name="wanted">How many.</param>
    public static IReadOnlyList<int> EvenlySpaced(int count, int wanted) =>
        wanted <= 0 || wanted >= count
            ? [.. Enumerable.Range(0, count)]
            : [.. Enumerable.Range(0, wanted).Select(i => (int)((long)i * count / wanted))];
}
