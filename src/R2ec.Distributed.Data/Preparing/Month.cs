using System.Globalization;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>A month of the proleptic Gregorian calendar, UTC.</summary>
/// <param name="Year">1 to 9999.</param>
/// <param name="Number">1 to 12.</param>
public readonly record struct Month(int Year, int Number)
{
    /// <summary>Midnight UTC of its first day, in milliseconds since 1970.</summary>
    public long FirstMs => new DateTimeOffset(Year, Number, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>Reads YYYY-MM.</summary>
    /// <param name="option">The option's name, for the message.</param>
    /// <param name="text">What was given.</param>
    /// <exception cref="InputException">Not a month.</exception>
    public static Month Parse(string option, string text) =>
        DateTime.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new Month(day.Year, day.Month)
            : throw new InputException($"{option} {text} is no month: write it as YYYY-MM, such as 2018-04.");

    /// <summary>The month so many months earlier.</summary>
    public Month Back(int months)
    {
        var at = (Year * 12) + Number - 1 - months;
        return new Month(at / 12, (at % 12) + 1);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:D4}-{Number:D2}");
}
