using System.Globalization;

namespace R2ec.Distributed.Data.Prompts;

/// <summary>How long ago something was, in words of a prompt.</summary>
public static class Age
{
    private const int SecondsPerHour = 3600;
    private const int SecondsPerDay = 24 * SecondsPerHour;

    /// <summary>"12.5min" below an hour, "3h 20.0min" below a day, "2d 4.5h" from there on; one decimal, half to even.</summary>
    /// <param name="age">Not negative; parts of a second are ignored.</param>
    /// <remarks>Source: the released prompter of R2ec, in its order of floating-point operations: "60.0min" and "24.0h" do occur.</remarks>
    public static string Text(TimeSpan age)
    {
        var seconds = age.Ticks / TimeSpan.TicksPerSecond;
        var (days, rest) = Math.DivRem(seconds, SecondsPerDay);
        var (hours, remainder) = Math.DivRem(rest, SecondsPerHour);
        var minutes = (remainder / 60) + (remainder % 60 / 60.0);
        return days > 0 ? string.Create(CultureInfo.InvariantCulture, $"{days}d {Decimals.Fixed(hours + (minutes / 60), 1)}h")
            : hours > 0 ? string.Create(CultureInfo.InvariantCulture, $"{hours}h {Decimals.Fixed(minutes, 1)}min")
            : Decimals.Fixed(minutes, 1) + "min";
    }

    /// <summary>Whole days, such as "3d": at least one, half to even.</summary>
    /// <param name="age">Not negative.</param>
    public static string Days(TimeSpan age) => Math.Max(1, Math.Round(age.TotalDays, MidpointRounding.ToEven)).ToString("F0", CultureInfo.InvariantCulture) + "d";
}
