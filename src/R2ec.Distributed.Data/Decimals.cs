using System.Globalization;

namespace R2ec.Distributed.Data;

/// <summary>
/// Decimal places as the released code prints them: the exact binary value rounded half to even. Which way .NET's own format takes a tie is not promised,
/// and rounding a scaled double rounds twice.
/// </summary>
public static class Decimals
{
    /// <summary>With exactly so many decimals, such as "4.50".</summary>
    /// <param name="value">Finite, below 10^12 in size.</param>
    /// <param name="places">0 to 6.</param>
    public static string Fixed(double value, int places)
    {
        // A tie at d decimals is an odd number over 2 * 10^d; a double can only be that where it is an odd number over 2^(d+1).
        var scaled = Math.Abs(value) * (1 << (places + 1));
        var tie = scaled < 1L << 52 && scaled == Math.Floor(scaled) && (long)scaled % 2 == 1;
        if (!tie)
        {
            return value.ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        }

        var exact = Math.Round((decimal)value, places, MidpointRounding.ToEven);
        return exact.ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>The double nearest to the value rounded so.</summary>
    /// <param name="value">Finite, below 10^12 in size.</param>
    /// <param name="places">0 to 6.</param>
    public static double Round(double value, int places) => double.Parse(Fixed(value, places), CultureInfo.InvariantCulture);

    /// <summary>The shortest text that reads back as the same number, with at least one decimal: "4.0", "4.75".</summary>
    /// <param name="value">Finite.</param>
    public static string Shortest(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') >= 0 ? text : text + ".0";
    }
}
