namespace R2ec.Distributed.Core.Spec;

/// <summary>One thing that is wrong with a spec.</summary>
/// <param name="Place">Where.</param>
/// <param name="Key">Dotted path of the key.</param>
/// <param name="Value">The value as written; null where the key itself is at fault.</param>
/// <param name="Rule">What is broken.</param>
/// <param name="Remedy">What to do.</param>
public sealed record SpecFault(SpecPlace Place, string Key, string? Value, string Rule, string Remedy)
{
    /// <summary>One line for people: place, key, value, rule, remedy.</summary>
    public override string ToString() =>
        $"{Place}: {Key}{(Value is null ? "" : $" is {Brief(Value)}")}: {Rule}{(Remedy.Length > 0 ? $"; {Remedy}" : "")}{(Remedy.EndsWith('?') ? "" : ".")}";

    /// <summary>All faults as one exception.</summary>
    public static InputException Refusal(string source, IReadOnlyList<SpecFault> faults) => new(
        $"{source} has {(faults.Count == 1 ? "a fault" : $"{faults.Count} faults")}:\n" + string.Join('\n', faults.Select(f => $"  {f}")));

    private static string Brief(string value) => value.Length <= 60 ? value : value[..57] + "...";
}
