namespace R2ec.Distributed.Core.Randomness;

/// <summary>The counter-based generator Philox4x32-10: 128 bits of counter and 64 bits of key give 128 random bits.</summary>
/// <remarks>Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).</remarks>
public static class Philox
{
    private const int RoundCount = 10;
    private const uint MultiplierA = 0xD2511F53;
    private const uint MultiplierB = 0xCD9E8D57;
    private const uint WeylA = 0x9E3779B9;
    private const uint WeylB = 0xBB67AE85;

    /// <summary>The block of four words at a counter.</summary>
    /// <param name="counter0">Lowest word of the counter.</param>
    /// <param name="counter1">Second word.</param>
    /// <param name="counter2">Third word.</param>
    /// <param name="counter3">Highest word.</param>
    /// <param name="key">The key; its low half is the first key word.</param>
    public static (uint Word0, uint Word1, uint Word2, uint Word3) Block(uint counter0, uint counter1, uint counter2, uint counter3, ulong key)
    {
        var (keyA, keyB) = ((uint)key, (uint)(key >> 32));
        for (var round = 0; round < RoundCount; round++)
        {
            var productA = (ulong)MultiplierA * counter0;
            var productB = (ulong)MultiplierB * counter2;
            (counter0, counter1, counter2, counter3) =
                ((uint)(productB >> 32) ^ counter1 ^ keyA, (uint)productB, (uint)(productA >> 32) ^ counter3 ^ keyB, (uint)productA);
            keyA += WeylA;
            keyB += WeylB;
        }

        return (counter0, counter1, counter2, counter3);
    }
}
