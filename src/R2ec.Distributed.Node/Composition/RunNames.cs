using System.Globalization;
using System.Text;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Node.Composition;

/// <summary>How a run is called where nobody said.</summary>
internal static class RunNames
{
    private const int Longest = 60;

    /// <summary>The given name, checked; else the spec's file name in the form of a run's, with the first free number behind it.</summary>
    /// <exception cref="InputException">The given name is none.</exception>
    public static RunId Choose(string? given, string spec, Func<string, bool> taken)
    {
        if (given is not null)
        {
            return RunId.Parse(given);
        }

        var plain = Plain(Path.GetFileNameWithoutExtension(spec));
        for (var number = 1; ; number++)
        {
            var name = number == 1 ? plain : $"{plain}-{number.ToString(CultureInfo.InvariantCulture)}";
            if (!taken(name))
            {
                return RunId.Parse(name);
            }
        }
    }

    private static string Plain(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name.ToLowerInvariant().Take(Longest))
        {
            if (char.IsAsciiLetterOrDigit(letter) || (text.Length > 0 && letter is ('.' or '_' or '-')))
            {
                text.Append(letter);
            }
            else if (text.Length > 0)
            {
                text.Append('-');
            }
        }

        return text.Length > 0 ? text.ToString() : "run";
    }
}
