namespace R2ec.Distributed.Data.Prompts;

/// <summary>A chain's placeholder, letter.field.</summary>
internal static class ChainHole
{
    /// <summary>Letter and field; the field is empty where there is no dot.</summary>
    public static (string Letter, string Field) Parts(string name) =>
        name.IndexOf('.', StringComparison.Ordinal) is var at and > 0 ? (name[..at], name[(at + 1)..]) : (name, "");
}

/// <summary>Where the item behind a letter comes from.</summary>
internal static class ChainSource
{
    public const string History = "history";
    public const string Target = "target";
    public const string Near = "near";
    public const string Match = "match:";

    public static IReadOnlyList<string> Plain { get; } = [History, Target, Near];
}
