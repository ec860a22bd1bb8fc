using System.Globalization;

namespace R2ec.Distributed.Node.Screens;

/// <summary>
/// A progress bar on one line of a terminal's stderr, with the share done and the time left; nothing in a pipe. Thread-safe. The time left follows from the
/// pace since the work of that name began.
/// </summary>
internal sealed class ProgressLine(TimeProvider clock)
{
    private const int Width = 24;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private long _last;
    private long _began;
    private double _from;
    private string _work = "";
    private bool _shown;

    /// <summary>Shows how far the work is.</summary>
    /// <param name="text">What is done now.</param>
    /// <param name="fraction">Share done, 0 to 1.</param>
    /// <param name="work">Name of the work whose pace counts; a new name begins a new pace.</param>
    /// <param name="rate">Pace in words, such as <c>0.41 s a step</c>; may be empty.</param>
    public void Show(string text, double fraction, string work = "", string rate = "")
    {
        if (!_terminal)
        {
            return;
        }

        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (work != _work || _began == 0)
            {
                (_work, _began, _from) = (work, now, fraction);
            }

            if (_last != 0 && clock.GetElapsedTime(_last, now) < Pause)
            {
                return;
            }

            _last = now;
            var done = (int)(Math.Clamp(fraction, 0, 1) * Width);
            var line = $"[{new string('=', done)}{new string(' ', Width - done)}] {Math.Clamp(fraction, 0, 1).ToString("P0", CultureInfo.InvariantCulture)} {text}{(rate.Length > 0 ? ", " + rate : "")}{Left(fraction, now)}";
            var room = Math.Max(20, Columns() - 1);
            Console.Error.Write("\r\u001b[2K" + (line.Length <= room ? line : line[..room]));
            _shown = true;
        }
    }

    /// <summary>Writes a line that stays, above the bar.</summary>
    public void Say(string line)
    {
        lock (_gate)
        {
            Erase();
            Console.Error.WriteLine(line);
        }
    }

    /// <summary>Takes the bar away.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            Erase();
        }
    }

    /// <summary>A time in words: 42 s, 3 min 05 s, 2 h 10 min.</summary>
    public static string Words(TimeSpan time) => time.TotalSeconds < 60 ? $"{time.TotalSeconds:0} s"
        : time.TotalMinutes < 60 ? $"{(int)time.TotalMinutes} min {time.Seconds:00} s" : $"{(int)time.TotalHours} h {time.Minutes:00} min";

    private string Left(double fraction, long now)
    {
        var gone = clock.GetElapsedTime(_began, now);
        return fraction - _from > 0.005 && gone > TimeSpan.FromSeconds(1) ? $", {Words(gone * ((1 - fraction) / (fraction - _from)))} left" : "";
    }

    private void Erase()
    {
        if (_shown)
        {
            Console.Error.Write("\r\u001b[2K");
            _shown = false;
        }
    }

    private static int Columns()
    {
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
