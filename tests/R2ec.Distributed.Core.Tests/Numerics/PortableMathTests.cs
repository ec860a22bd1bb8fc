using System.Runtime.Intrinsics;
using CsCheck;
using R2ec.Distributed.Core.Numerics;

namespace R2ec.Distributed.Core.Tests.Numerics;

public sealed class PortableMathTests
{
    [Fact]
    public void The_exponential_is_within_two_units_in_the_last_place() =>
        Gen.Double[-708, 700].Sample(x => Math.Abs(PortableMath.Exp(x) / Math.Exp(x) - 1) < 4.5e-16, iter: 20_000);

    [Fact]
    public void The_single_exponential_is_within_two_units_in_the_last_place() =>
        Gen.Float[-87, 80].Sample(x => Math.Abs(PortableMath.Exp(Vector256.Create(x))[3] / Math.Exp(x) - 1) < 2.4e-7, iter: 20_000);

    [Fact]
    public void The_logarithm_is_within_two_units_in_the_last_place() =>
        Gen.Double[-700, 700].Select(Math.Exp).Sample(x => Math.Abs(PortableMath.Log(x) - Math.Log(x)) <= 4.5e-16 * Math.Max(Math.Abs(Math.Log(x)), 1e-300), iter: 20_000);

    [Fact]
    public void The_logarithm_near_one_is_within_two_units_in_the_last_place() =>
        Gen.Double[0.9, 1.1].Sample(x => Math.Abs(PortableMath.Log(x) - Math.Log(x)) <= 4.5e-16 * Math.Abs(Math.Log(x)), iter: 20_000);

    [Fact]
    public void Sine_and_cosine_of_turns_are_exact_to_double() =>
        Gen.Double[0, 1].Sample(u =>
        {
            var (sine, cosine) = PortableMath.SinCosOfTurns(u);
            var (expectedSine, expectedCosine) = Math.SinCos(2 * Math.PI * u);
            // 2 π u itself is rounded in the expectation: up to 4.4e−16 near a full turn.
            return Math.Abs(sine - expectedSine) < 1e-15 && Math.Abs(cosine - expectedCosine) < 1e-15;
        }, iter: 20_000);

    [Fact]
    public void Exact_points_are_exact()
    {
        Assert.Equal(1.0, PortableMath.Exp(0.0));
        Assert.Equal(0.0, PortableMath.Exp(-1000.0));
        Assert.Equal(0.0, PortableMath.Exp(double.NegativeInfinity));
        Assert.Equal(0.0, PortableMath.Log(1.0));
        Assert.Equal(PortableMath.Ln2, PortableMath.Log(2.0));
        Assert.Equal((0.0, 1.0), PortableMath.SinCosOfTurns(0.0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PortableMath.Log(0.0));
    }

    // Committed bits: they hold on every machine, or PortableMath is not portable.
    [Fact]
    public void Bits_never_change()
    {
        Assert.Equal(4598913097632627986, BitConverter.DoubleToInt64Bits(PortableMath.Exp(-1.2345678901234567)));
        Assert.Equal(1049950406, BitConverter.SingleToInt32Bits(PortableMath.Exp(Vector256.Create(-1.2345678f))[5]));
        Assert.Equal(4619700710231880512, BitConverter.DoubleToInt64Bits(PortableMath.Log(1234.5678901234567)));
        Assert.Equal(4606741575090066688, BitConverter.DoubleToInt64Bits(PortableMath.SinCosOfTurns(0.3).Sin));
    }
}
