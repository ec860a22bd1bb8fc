namespace R2ec.Distributed.Data.Quickstart;

/// <summary>
/// The best ranker of the embedded world: exact filtering of (theme, style) over a history. No policy can beat it but by luck, so a metric above it means a
/// leak.
/// </summary>
public sealed class QuickstartOptimum
{
    private readonly (string Theme, string Style)[] _cells;
    private readonly List<int>[] _items;
    private readonly int[] _cellOf;

    /// <param name="world">A world of <see cref="QuickstartWorld.Create"/>.</param>
    public QuickstartOptimum(DataSet world)
    {
        var cells = QuickstartWorld.Cells(world.Items.Skip(1));
        _cells = [.. cells.Keys];
        _items = [.. cells.Values];
        _cellOf = new int[world.ItemCount + 1];
        for (var c = 0; c < _items.Length; c++)
        {
            foreach (var item in _items[c])
            {
                _cellOf[item] = c;
            }
        }
    }

    /// <summary>Probability of each item to be the next liked purchase; sums to 1.</summary>
    /// <param name="history">All events before the target, oldest first; those rated below 4 are known accidents.</param>
    /// <param name="scores_N1">[N + 1] by item id; all are overwritten.</param>
    public void Scores(ReadOnlySpan<Event> history, Span<float> scores_N1)
    {
        var belief = new double[_cells.Length];
        Array.Fill(belief, 1.0 / belief.Length);
        var seen = new HashSet<int>();
        foreach (var e in history)
        {
            belief = Drifted(belief, seen);
            if (e.Rating >= QuickstartWorld.LikedRating)
            {
                // A liked purchase lies in the cell of the interest, so only that one stays possible.
                Array.Clear(belief);
                belief[_cellOf[e.Item]] = 1;
            }

            seen.Add(e.Item);
        }

        belief = Drifted(belief, seen);
        scores_N1.Clear();
        for (var c = 0; c < belief.Length; c++)
        {
            var fresh = _items[c].FindAll(i => !seen.Contains(i));
            foreach (var item in fresh)
            {
                scores_N1[item] = (float)(belief[c] / fresh.Count);
            }
        }
    }

    private double[] Drifted(double[] belief, HashSet<int> seen)
    {
        var themes = Mixed(belief, QuickstartWorld.ThemeDrift, c => c.Style, QuickstartWorld.Nouns.Count);
        var moved = Mixed(themes, QuickstartWorld.StyleDrift, c => c.Theme, QuickstartWorld.Looks.Count);

        // An interest without a new item moves on to any that has one, all alike.
        var spent = Array.ConvertAll(_items, cell => cell.TrueForAll(seen.Contains));
        var leaving = moved.Where((_, c) => spent[c]).Sum() / spent.Count(s => !s);
        return [.. moved.Select((mass, c) => spent[c] ? 0 : mass + leaving)];
    }

    // With the given chance one coordinate is drawn anew, evenly, while the other (the key) stays.
    private double[] Mixed(double[] belief, double drift, Func<(string Theme, string Style), string> key, int choices)
    {
        var sums = new Dictionary<string, double>();
        for (var c = 0; c < belief.Length; c++)
        {
            sums[key(_cells[c])] = sums.GetValueOrDefault(key(_cells[c])) + belief[c];
        }

        var mixed = new double[belief.Length];
        for (var c = 0; c < belief.Length; c++)
        {
            mixed[c] = ((1 - drift) * belief[c]) + (drift * sums[key(_cells[c])] / choices);
        }

        return mixed;
    }
}
