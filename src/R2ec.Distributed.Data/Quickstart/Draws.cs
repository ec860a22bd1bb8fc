namespace R2ec.Distributed.Data.Quickstart;

/// <summary>Choices from a source of uniform numbers in [0, 1).</summary>
internal sealed class Draws(Func<double> uniform)
{
    public double Uniform() => uniform();

    /// <summary>0 to <paramref name="count"/> − 1.</summary>
    public int Below(int count) => Math.Min(count - 1, (int)(uniform() * count));

    public T One<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    /// <summary>So many different ones, in drawn order.</summary>
    public IReadOnlyList<T> Some<T>(IReadOnlyList<T> from, int count)
    {
        var left = from.ToArray();
        for (var i = 0; i < count; i++)
        {
            var other = i + Below(left.Length - i);
            (left[i], left[other]) = (left[other], left[i]);
        }

        return left[..count];
    }
}
