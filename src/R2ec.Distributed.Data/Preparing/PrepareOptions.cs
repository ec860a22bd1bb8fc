using R2ec.Distributed.Core;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>What `prepare` is asked for.</summary>
public sealed record PrepareOptions
{
    /// <summary>Format of both files.</summary>
    public required PrepareFormat Format { get; init; }

    /// <summary>Path of the interactions; plain or gzip.</summary>
    public required string Interactions { get; init; }

    /// <summary>Path of the items' metadata; plain or gzip.</summary>
    public required string Items { get; init; }

    /// <summary>Folder that is made; must not exist.</summary>
    public required string Out { get; init; }

    /// <summary>First month of the time window.</summary>
    /// <value>Events from midnight UTC of its first day on; null for no bound.</value>
    public Month? Start { get; init; }

    /// <summary>End of the time window.</summary>
    /// <value>Events up to midnight UTC of this month's first day, that instant included; null for no bound.</value>
    public Month? End { get; init; }

    /// <summary>Every user and every item has at least so many events.</summary>
    /// <value>Count, 0 or more. Default 0: no filter.</value>
    public int KCore { get; init; }

    /// <summary>Latest events in a prompt.</summary>
    /// <value>Count, 1 or more. Default 20.</value>
    public int Window { get; init; } = 20;

    /// <summary>The start moves back by three months while there are fewer items.</summary>
    /// <value>Count, 0 or more. Default 0: the start stays. Needs <see cref="Start"/> to have an effect.</value>
    public int MinItems { get; init; }

    /// <summary>Whether items without a readable price are left out.</summary>
    /// <value>Default false. Amazon only.</value>
    public bool RequirePrice { get; init; }

    /// <summary>Source of the items' statistics that the metadata lack.</summary>
    /// <value>Default: the training period.</value>
    public ItemStatistics ItemStatistics { get; init; } = ItemStatistics.Train;

    /// <summary>Only events rated at least so are kept.</summary>
    /// <value>In the source's unit; null keeps all.</value>
    public double? MinRating { get; init; }

    /// <summary>Every item has at least so many events.</summary>
    /// <value>Count, 0 or more. Default 0. The larger of this and <see cref="KCore"/> counts.</value>
    public int MinItemEvents { get; init; }

    /// <summary>Every user has at least so many events.</summary>
    /// <value>Count, 0 or more. Default 0. The larger of this and <see cref="KCore"/> counts.</value>
    public int MinUserEvents { get; init; }

    /// <summary>How many broken lines are skipped before the files are refused.</summary>
    /// <value>Count, 0 or more. Default 1000, over both files together.</value>
    public int MaxBrokenLines { get; init; } = 1000;

    /// <summary>Refuses values that make no sense, all at once.</summary>
    /// <exception cref="InputException">One line per fault.</exception>
    public void Check()
    {
        var faults = new List<string>();
        Need(Window >= 1, $"--window {Window}: give at least 1.");
        Need(KCore >= 0, $"--k-core {KCore}: give 0 or more.");
        Need(MinItems >= 0, $"--min-items {MinItems}: give 0 or more.");
        Need(MinItemEvents >= 0, $"--min-item-events {MinItemEvents}: give 0 or more.");
        Need(MinUserEvents >= 0, $"--min-user-events {MinUserEvents}: give 0 or more.");
        Need(MaxBrokenLines >= 0, $"--max-broken-lines {MaxBrokenLines}: give 0 or more.");
        Need(MinRating is null || double.IsFinite(MinRating.Value), $"--min-rating {MinRating}: give a number.");
        Need(Start is null || End is null || Start.Value.FirstMs <= End.Value.FirstMs, $"--start {Start} lies after --end {End}: swap them.");
        Need(!RequirePrice || Format == PrepareFormat.Amazon, "--require-price: only Amazon metadata have prices; leave it out.");
        if (faults.Count > 0)
        {
            throw new InputException(string.Join(Environment.NewLine, faults));
        }

        void Need(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }
}
