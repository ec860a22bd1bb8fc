namespace R2ec.Distributed.Data.Tests;

/// <summary>Uniform numbers in [0, 1) from a seed (SplitMix64), for tests.</summary>
internal sealed class Uniform(ulong seed)
{
    private ulong _state = seed;

    public double Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1L << 53));
    }
}
