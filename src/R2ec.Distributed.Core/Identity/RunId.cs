using System.Text.RegularExpressions;

namespace R2ec.Distributed.Core.Identity;

/// <summary>A run's name: <c>[a-z0-9][a-z0-9._-]{0,62}</c>; its folder, its persistence id and its address in every command.</summary>
/// <param name="Value">The name itself.</param>
public readonly partial record struct RunId(string Value)
{
    /// <summary>The run's name, checked.</summary>
    /// <exception cref="InputException">The name does not have the form of a run's name.</exception>
    public static RunId Parse(string name) => Form().IsMatch(name)
        ? new RunId(name)
        : throw new InputException($"'{name}' is no run name: a name starts with a letter a-z or a digit, goes on with a-z, 0-9, '.', '_' or '-', and has at most 63 characters.");

    /// <summary>The persistence id of the run's events.</summary>
    public string PersistenceId => $"run-{Value}";

    /// <inheritdoc/>
    public override string ToString() => Value;

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
