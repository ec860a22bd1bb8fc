namespace R2ec.Distributed.Data.Baselines;

/// <summary>A square matrix of item ids that holds only what was counted, row by row: a big catalogue costs its pairs, not its square.</summary>
internal sealed class SparseCounts
{
    private readonly long[] _starts;
    private readonly int[] _columns;
    private readonly float[] _values;

    private SparseCounts(long[] starts, int[] columns, float[] values) => (_starts, _columns, _values) = (starts, columns, values);

    /// <summary>Adds (row, column, weight).</summary>
    public delegate void Add(int row, int column, float weight);

    /// <param name="size">Rows and columns.</param>
    /// <param name="pairs">Calls back with every pair; is run twice and must say the same both times.</param>
    public static SparseCounts Of(int size, Action<Add> pairs)
    {
        var starts = new long[size + 1];
        pairs((row, _, _) => starts[row + 1]++);
        for (var row = 0; row < size; row++)
        {
            starts[row + 1] += starts[row];
        }

        var next = starts[..size];
        var (columns, values) = (new int[starts[size]], new float[starts[size]]);
        pairs((row, column, weight) =>
        {
            var at = next[row]++;
            (columns[at], values[at]) = (column, weight);
        });
        return Merged(size, starts, columns, values);
    }

    /// <summary>Columns of a row that hold something, ascending.</summary>
    public ReadOnlySpan<int> Columns(int row) => _columns.AsSpan((int)_starts[row], (int)(_starts[row + 1] - _starts[row]));

    /// <summary>Values at <see cref="Columns"/>.</summary>
    public Span<float> Values(int row) => _values.AsSpan((int)_starts[row], (int)(_starts[row + 1] - _starts[row]));

    /// <summary>One value; 0 where nothing was counted.</summary>
    public float this[int row, int column] => Columns(row).BinarySearch(column) is var at and >= 0 ? Values(row)[at] : 0;

    // Equal columns of a row become one. Sums run in the order in which the pairs came, so they are the same on every machine.
    private static SparseCounts Merged(int size, long[] starts, int[] columns, float[] values)
    {
        var (write, merged) = (0, new long[size + 1]);
        for (var row = 0; row < size; row++)
        {
            var (first, count) = ((int)starts[row], (int)(starts[row + 1] - starts[row]));
            var keys = new long[count];
            for (var i = 0; i < count; i++)
            {
                keys[i] = ((long)columns[first + i] << 32) | (uint)i;
            }

            Array.Sort(keys);
            var weights = values.AsSpan(first, count).ToArray();
            var begin = write;
            foreach (var key in keys)
            {
                var (column, weight) = ((int)(key >> 32), weights[(int)(uint)key]);
                if (write > begin && columns[write - 1] == column)
                {
                    values[write - 1] += weight;
                }
                else
                {
                    (columns[write], values[write]) = (column, weight);
                    write++;
                }
            }

            merged[row + 1] = write;
        }

        return new SparseCounts(merged, columns[..write], values[..write]);
    }
}
