using System.Text;
using R2ec.Distributed.Core.Numerics;

namespace R2ec.Distributed.Core.Randomness;

/// <summary>
/// The only source of chance. A number is a function of (run seed, purpose, step, group, completion, token) and of nothing else: not of who drew
/// before, of the process, or of the machine.
/// </summary>
/// <remarks>
/// The counter of <see cref="Philox"/>, from its lowest word: token (32 bits), group (32), step (32), completion (24) below purpose (8). The key is
/// the seed. Every method throws <see cref="ArgumentOutOfRangeException"/> for a coordinate outside its bits.
/// </remarks>
public static class Chance
{
    private const double TwoToMinus53 = 1.0 / (1L << 53);
    private const float TwoToMinus24 = 1.0f / (1 << 24);

    /// <summary>A uniform number in [0, 1), a multiple of 2^−53.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="step">0 to 2^32 − 1.</param>
    /// <param name="group">0 to 2^32 − 1.</param>
    /// <param name="completion">0 to 2^24 − 1.</param>
    /// <param name="token">0 to 2^32 − 1.</param>
    public static double Uniform(ulong seed, ChancePurpose purpose, long step, long group = 0, long completion = 0, long token = 0) =>
        ToUniform(Bits(seed, purpose, step, group, completion, token));

    /// <summary>64 random bits. Coordinates as for <see cref="Uniform"/>.</summary>
    public static ulong Bits(ulong seed, ChancePurpose purpose, long step, long group = 0, long completion = 0, long token = 0)
    {
        var (word0, word1, _, _) = Philox.Block(Word(token, nameof(token)), Word(group, nameof(group)), Word(step, nameof(step)), High(purpose, completion), seed);
        return ((ulong)word1 << 32) | word0;
    }

    /// <summary>An index in [0, <paramref name="count"/>). Its bias is below count / 2^64.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="step">0 to 2^32 − 1.</param>
    /// <param name="group">0 to 2^32 − 1.</param>
    /// <param name="completion">0 to 2^24 − 1.</param>
    /// <param name="token">0 to 2^32 − 1.</param>
    /// <param name="count">At least 1.</param>
    public static int Index(ulong seed, ChancePurpose purpose, long step, long group, long completion, long token, int count) =>
        ToIndex(Bits(seed, purpose, step, group, completion, token), count);

    /// <summary>A uniformly drawn order of 0 … count − 1 (Fisher–Yates).</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="epoch">0 to 2^32 − 1; each has an order of its own.</param>
    /// <param name="count">0 or more.</param>
    public static int[] Permutation(ulong seed, ChancePurpose purpose, long epoch, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
        }

        new ChanceStream(seed, purpose, epoch).Shuffle<int>(order);
        return order;
    }

    /// <summary>The number of a named stream: FNV-1a, 64 bits, over the name's UTF-8 bytes.</summary>
    /// <param name="name">A tensor's name, or any other.</param>
    public static long Stream(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var hash = 0xCBF29CE484222325;
        foreach (var one in Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ one) * 0x100000001B3);
        }

        return unchecked((long)hash);
    }

    /// <summary>Fills a span with standard normal numbers (Box–Muller in double precision, rounded to float).</summary>
    /// <param name="into">Element i depends on i only, not on the length. At most 2^33 elements.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="stream">Any 64 bits, for example <see cref="Stream"/> of the tensor's name. Takes the place of step and group.</param>
    public static void Normals(Span<float> into, ulong seed, ChancePurpose purpose, long stream)
    {
        for (var i = 0; i < into.Length; i += 2)
        {
            var (word0, word1, word2, word3) = StreamBlock(seed, purpose, stream, i / 2);
            // 1 − u lies in (0, 1]: the logarithm is finite.
            var radius = Math.Sqrt(-2.0 * PortableMath.Log(1.0 - ToUniform(((ulong)word1 << 32) | word0)));
            var (sine, cosine) = PortableMath.SinCosOfTurns(ToUniform(((ulong)word3 << 32) | word2));
            into[i] = (float)(radius * cosine);
            if (i + 1 < into.Length)
            {
                into[i + 1] = (float)(radius * sine);
            }
        }
    }

    /// <summary>Fills a span with uniform numbers in [0, 1), multiples of 2^−24.</summary>
    /// <param name="into">Element i depends on i only, not on the length. At most 2^34 elements.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="stream">Any 64 bits. Takes the place of step and group.</param>
    public static void Uniforms(Span<float> into, ulong seed, ChancePurpose purpose, long stream)
    {
        Span<uint> words = stackalloc uint[4];
        for (var i = 0; i < into.Length; i += 4)
        {
            (words[0], words[1], words[2], words[3]) = StreamBlock(seed, purpose, stream, i / 4);
            for (var lane = 0; lane < 4 && i + lane < into.Length; lane++)
            {
                into[i + lane] = (words[lane] >> 8) * TwoToMinus24;
            }
        }
    }

    /// <summary>Fills a span with random bytes.</summary>
    /// <param name="into">Byte i depends on i only, not on the length. At most 2^36 bytes.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="step">0 to 2^32 − 1.</param>
    /// <param name="place">0 to 2^24 − 1: which span of the step it is.</param>
    public static void Bytes(Span<byte> into, ulong seed, ChancePurpose purpose, long step, long place)
    {
        var high = High(purpose, place);
        var low = Word(step, nameof(step));
        Span<uint> words = stackalloc uint[4];
        for (var i = 0; i < into.Length; i += 16)
        {
            (words[0], words[1], words[2], words[3]) = Philox.Block((uint)(i / 16), 0, low, high, seed);
            var block = System.Runtime.InteropServices.MemoryMarshal.AsBytes(words);
            block[..Math.Min(16, into.Length - i)].CopyTo(into[i..]);
        }
    }

    internal static double ToUniform(ulong bits) => (bits >> 11) * TwoToMinus53;

    internal static int ToIndex(ulong bits, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)Math.BigMul(bits, (ulong)count, out _);
    }

    private static (uint Word0, uint Word1, uint Word2, uint Word3) StreamBlock(ulong seed, ChancePurpose purpose, long stream, int block) =>
        Philox.Block((uint)block, unchecked((uint)stream), unchecked((uint)(stream >> 32)), High(purpose, 0), seed);

    private static uint Word(long value, string name)
    {
        if (value is < 0 or > uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(name, value, "A coordinate of chance lies in 0 to 2^32 − 1.");
        }

        return (uint)value;
    }

    private static uint High(ChancePurpose purpose, long completion)
    {
        if (completion is < 0 or > 0xFF_FFFF)
        {
            throw new ArgumentOutOfRangeException(nameof(completion), completion, "A completion's number lies in 0 to 2^24 − 1.");
        }

        return ((uint)purpose << 24) | (uint)completion;
    }
}
