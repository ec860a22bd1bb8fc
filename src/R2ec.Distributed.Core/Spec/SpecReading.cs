namespace R2ec.Distributed.Core.Spec;

/// <summary>What a written spec came to.</summary>
/// <param name="Source">The file's name as it was given.</param>
/// <param name="Spec">The spec; keys at fault have their defaults.</param>
/// <param name="Places">Where each key that was given stands, by dotted path.</param>
/// <param name="Faults">Everything that is wrong, in the order of the file.</param>
public sealed record SpecReading(string Source, ExperimentSpec Spec, IReadOnlyDictionary<string, SpecPlace> Places, IReadOnlyList<SpecFault> Faults)
{
    /// <summary>The spec, where nothing is wrong with it.</summary>
    /// <exception cref="InputException">All faults at once.</exception>
    public ExperimentSpec Sound() => Faults.Count == 0 ? Spec : throw SpecFault.Refusal(Source, Faults);

    /// <summary>Reads a written spec with its overrides: binds it, applies the rules that span keys, and collects every fault.</summary>
    /// <param name="source">The file's name for messages.</param>
    /// <param name="written">The tree as written.</param>
    /// <param name="overrides">Dotted paths with their values, later ones win.</param>
    public static SpecReading Of(string source, SpecNode written, IReadOnlyList<(string Path, SpecNode Value)> overrides)
    {
        var faults = new List<SpecFault>();
        var tree = SpecOverrides.Apply(written, overrides, faults);
        var places = new Dictionary<string, SpecPlace>();
        var spec = (ExperimentSpec)SpecBinder.Bind(typeof(ExperimentSpec), SpecCatalogue.Fields, tree, "", places, faults);
        SpecRules.Check(spec, source, places, faults);
        return new SpecReading(source, spec, places, [.. faults.OrderBy(f => f.Place.Line == 0).ThenBy(f => f.Place.Line)]);
    }
}
