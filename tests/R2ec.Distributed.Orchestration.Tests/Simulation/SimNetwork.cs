namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>What a message between two nodes meets: loss, repetition, delay, and cuts. Drawn from a seed.</summary>
/// <param name="seed">The seed.</param>
internal sealed class SimNetwork(int seed)
{
    private readonly HashSet<(string From, string To)> _cuts = [];

    internal Random Chance { get; } = new(seed);

    internal double Loss { get; set; }

    internal double Twice { get; set; }

    /// <summary>Ticks; a message takes at least one.</summary>
    internal int LongestDelay { get; set; } = 1;

    /// <summary>Whether messages of one process to another one keep their order, as those of one connection do.</summary>
    internal bool InOrder { get; set; } = true;

    internal void Cut(string from, string to) => _cuts.Add((from, to));

    internal void Mend() => _cuts.Clear();

    internal bool IsCut(string from, string to) => _cuts.Contains((from, to));

    /// <summary>The delays after which copies of a message arrive; none where it is lost.</summary>
    internal IReadOnlyList<int> Send(string from, string to)
    {
        if (IsCut(from, to) || (Loss > 0 && Chance.NextDouble() < Loss))
        {
            return [];
        }

        return Twice > 0 && Chance.NextDouble() < Twice ? [Delay(), Delay()] : [Delay()];
    }

    /// <summary>The network from now on does what it is told.</summary>
    internal void Calm()
    {
        (Loss, Twice, LongestDelay, InOrder) = (0, 0, 1, true);
        Mend();
    }

    private int Delay() => LongestDelay <= 1 ? 1 : Chance.Next(4) > 0 ? 1 : Chance.Next(1, LongestDelay + 1);
}
