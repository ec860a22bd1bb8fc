namespace R2ec.Distributed.Core.Spec;

/// <summary>
/// How the teacher's chains are written. A letter stands for an item; where it comes from is said once for chains that see the history only (plausible)
/// and once for chains written with the target known (hindsight). Sources: `history` (any event of the window), `near` (an event of the window, drawn by
/// how often it occurs within ten steps of the target in training), `match:NAME` (an event that shares the attribute with the target, else the target),
/// `target`. All but `history` are for hindsight alone.
/// </summary>
public sealed record ChainSpec
{
    /// <summary>The chain's text.</summary>
    [SpecKey("The chain with its marker: {LETTER.title}, {LETTER.NAME} for an attribute, {LETTER.NAME:2} for up to two of its values, drawn and sorted, {LETTER.NAME|Other} for items without it.")]
    public string Template { get; init; } = "{a.title}<answer>";

    /// <summary>Sources of a chain that sees the history only.</summary>
    [SpecKey("Source of each letter where the chain sees the history only.")]
    public IReadOnlyDictionary<string, string> Plausible { get; init; } = new Dictionary<string, string> { ["a"] = "history" };

    /// <summary>Sources of a chain with the target known.</summary>
    [SpecKey("Source of each letter where the target is known.")]
    public IReadOnlyDictionary<string, string> Hindsight { get; init; } = new Dictionary<string, string> { ["a"] = "target" };
}
