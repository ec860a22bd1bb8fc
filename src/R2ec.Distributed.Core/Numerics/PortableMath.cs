using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace R2ec.Distributed.Core.Numerics;

/// <summary>
/// Exponential, logarithm, sine and cosine whose bits depend neither on the C library nor on the machine's vector width: fixed lanes, fixed order,
/// and fused multiply-adds, which round once by definition and are emulated where the hardware lacks them.
/// </summary>
/// <remarks>A change of a coefficient here changes initial weights, samples and rewards: it raises the numerics version.</remarks>
public static class PortableMath
{
    /// <summary>The natural logarithm of 2, rounded to double.</summary>
    public const double Ln2 = 0.693147180559945309417232121458;

    // Ln2 in two parts; the first has 32 trailing zero bits, so an exponent times it is exact.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const float Ln2HighSingle = 0.693359375f;
    private const float Ln2LowSingle = -2.12194440e-4f;

    // Below these the result would leave the normal range: it is zero instead.
    private const double SmallestExponent = -708.0;
    private const float SmallestExponentSingle = -87.0f;

    /// <summary>e^x, within two units in the last place.</summary>
    /// <param name="x">At most 709; below −708 the result is 0. Not NaN.</param>
    public static double Exp(double x) => Exp(Vector256.Create(x)).ToScalar();

    /// <summary>e^x per lane.</summary>
    /// <param name="x">At most 709 per lane; below −708 the result is 0. Not NaN.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Exp(Vector256<double> x)
    {
        var open = Vector256.GreaterThanOrEqual(x, Vector256.Create(SmallestExponent));
        x = Vector256.ConditionalSelect(open, x, Vector256.Create(SmallestExponent));
        var power = Vector256.Round(x * Vector256.Create(1.0 / Ln2));
        var r = Vector256.FusedMultiplyAdd(power, Vector256.Create(-Ln2High), x);
        r = Vector256.FusedMultiplyAdd(power, Vector256.Create(-Ln2Low), r);

        var sum = Vector256.Create(1.0 / 6227020800.0);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 479001600.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 39916800.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 3628800.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 362880.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 40320.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 5040.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 720.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 120.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 24.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 6.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(0.5));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<double>.One);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<double>.One);

        // Adding 1.5 · 2^52 leaves the whole number in the low bits: cheaper than a conversion, which AVX2 lacks.
        var shifted = (power + Vector256.Create(6755399441055744.0)).AsInt64();
        var scale = Vector256.ShiftLeft(shifted + Vector256.Create(1023L), 52).AsDouble();
        return (sum * scale) & open;
    }

    /// <summary>e^x per lane in single precision, within two units in the last place.</summary>
    /// <param name="x">At most 88 per lane; below −87 the result is 0. Not NaN.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        var open = Vector256.GreaterThanOrEqual(x, Vector256.Create(SmallestExponentSingle));
        x = Vector256.ConditionalSelect(open, x, Vector256.Create(SmallestExponentSingle));
        var power = Vector256.Round(x * Vector256.Create((float)(1.0 / Ln2)));
        var r = Vector256.FusedMultiplyAdd(power, Vector256.Create(-Ln2HighSingle), x);
        r = Vector256.FusedMultiplyAdd(power, Vector256.Create(-Ln2LowSingle), r);

        var sum = Vector256.Create(1f / 5040f);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 720f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 120f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 24f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 6f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(0.5f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<float>.One);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<float>.One);

        // Adding 1.5 · 2^23 leaves the whole number in the low bits.
        var shifted = (power + Vector256.Create(12582912f)).AsInt32();
        var scale = Vector256.ShiftLeft(shifted + Vector256.Create(127), 23).AsSingle();
        return (sum * scale) & open.AsSingle();
    }

    /// <summary>The natural logarithm, within two units in the last place.</summary>
    /// <param name="x">A positive normal number.</param>
    public static double Log(double x)
    {
        if (!(double.IsNormal(x) && x > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(x), x, "The logarithm is taken of positive normal numbers only.");
        }

        var bits = BitConverter.DoubleToInt64Bits(x);
        var power = (int)(bits >> 52) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            power++;
        }

        // log m = 2 artanh s with s = (m − 1) / (m + 1), |s| <= 0.172.
        var s = (mantissa - 1.0) / (mantissa + 1.0);
        var z = s * s;
        var sum = 1.0 / 23.0;
        for (var odd = 21; odd >= 3; odd -= 2)
        {
            sum = Math.FusedMultiplyAdd(sum, z, 1.0 / odd);
        }

        var small = Math.FusedMultiplyAdd(2.0 * s * z, sum, power * Ln2Low);
        return Math.FusedMultiplyAdd(power, Ln2High, Math.FusedMultiplyAdd(2.0, s, small));
    }

    /// <summary>Sine and cosine of a share of a full turn.</summary>
    /// <param name="turns">In [0, 1]: 0.25 is a right angle.</param>
    public static (double Sin, double Cos) SinCosOfTurns(double turns)
    {
        var quarter = (int)((turns * 4.0) + 0.5);
        var x = (turns - (quarter * 0.25)) * (2.0 * Math.PI);
        var z = x * x;
        double sine = 1.0, cosine = 1.0;
        for (var odd = 15; odd >= 3; odd -= 2)
        {
            sine = Math.FusedMultiplyAdd(-z / (odd * (odd - 1)), sine, 1.0);
        }

        for (var even = 16; even >= 2; even -= 2)
        {
            cosine = Math.FusedMultiplyAdd(-z / (even * (even - 1)), cosine, 1.0);
        }

        sine *= x;
        return (quarter & 3) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }
}
