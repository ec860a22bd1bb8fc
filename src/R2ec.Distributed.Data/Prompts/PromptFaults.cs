using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Data.Prompts;

/// <summary>Faults of prompt and chain templates, each with its key, the wrong name and the nearest right one.</summary>
public static class PromptFaults
{
    private const string Attribute = "attribute.";
    private static readonly string[] OfItem = ["title", "text", "average_rating", "rating_count", "thing", "things"];
    private static readonly string[] OfEvent = ["age", "rating", .. OfItem];
    private static readonly string[] OfUser = ["history", "thing", "things"];

    /// <summary>Faults of the prompts' templates.</summary>
    /// <param name="spec">The section `prompts`.</param>
    /// <param name="attributes">Names of the data set's attributes; null where it isn't known, then attributes are not checked.</param>
    public static IReadOnlyList<string> Of(PromptSpec spec, IReadOnlyCollection<string>? attributes)
    {
        var faults = new List<string>();
        Check("prompts.user", spec.User, OfUser, null);
        Check("prompts.history_line", spec.HistoryLine, OfEvent, attributes);
        Check("prompts.item", spec.Item, OfItem, attributes);
        Check("prompts.unseen_item", spec.UnseenItem, OfItem, attributes);
        Check("prompts.unseen_title", spec.UnseenTitle, ["title"], attributes);
        if (!spec.User.Contains("{history}", StringComparison.Ordinal))
        {
            faults.Add("prompts.user shows no {history}: the policy would know nothing of the user. Add it.");
        }

        return faults;

        void Check(string key, string text, string[] names, IReadOnlyCollection<string>? known)
        {
            var (template, fault) = PromptTemplate.Cut(text);
            if (fault is not null)
            {
                faults.Add($"{key}: {fault}.");
            }

            foreach (var hole in template.Holes.Select(h => h.Name).Distinct())
            {
                var isAttribute = hole.StartsWith(Attribute, StringComparison.Ordinal) && key != "prompts.user";
                if (isAttribute && known is not null && !known.Contains(hole[Attribute.Length..]))
                {
                    faults.Add($"{key}: no item has the attribute {hole[Attribute.Length..]}{Meant(hole[Attribute.Length..], known)}.");
                }
                else if (!isAttribute && !names.Contains(hole))
                {
                    faults.Add($"{key}: {{{hole}}} is not known here; the nearest is {{{Nearest.To(hole, names)}}}.");
                }
            }
        }
    }

    /// <summary>Faults of the chains' template and sources.</summary>
    /// <param name="spec">The section `warm_start.chains`.</param>
    /// <param name="attributes">Names of the data set's attributes; null where it isn't known, then attributes are not checked.</param>
    public static IReadOnlyList<string> Of(ChainSpec spec, IReadOnlyCollection<string>? attributes)
    {
        const string key = "warm_start.chains";
        var faults = new List<string>();
        var (template, torn) = PromptTemplate.Cut(spec.Template);
        if (torn is not null)
        {
            faults.Add($"{key}.template: {torn}.");
        }

        foreach (var hole in template.Holes.Select(h => h.Name).Distinct())
        {
            var (letter, field) = ChainHole.Parts(hole);
            if (field.Length == 0)
            {
                faults.Add($"{key}.template: {{{hole}}} names no item; write {{a.{hole}}} and give a's source.");
                continue;
            }

            foreach (var (name, sources) in new[] { ("plausible", spec.Plausible), ("hindsight", spec.Hindsight) })
            {
                if (!sources.ContainsKey(letter))
                {
                    faults.Add($"{key}.{name}: the template's letter {letter} has no source; add `{letter}: history`.");
                }
            }

            if (field != "title" && attributes is not null && !attributes.Contains(field))
            {
                faults.Add($"{key}.template: no item has the attribute {field}{Meant(field, [.. attributes, "title"])}.");
            }
        }

        foreach (var (letter, source) in spec.Plausible.Where(s => s.Value != ChainSource.History))
        {
            faults.Add($"{key}.plausible.{letter}: {source} is not known here; a chain that sees the history only takes `history`.");
        }

        foreach (var (letter, source) in spec.Hindsight)
        {
            var match = source.StartsWith(ChainSource.Match, StringComparison.Ordinal) ? source[ChainSource.Match.Length..] : null;
            if (match is null && !ChainSource.Plain.Contains(source))
            {
                faults.Add($"{key}.hindsight.{letter}: {source} is not known; the nearest is {Nearest.To(source, [.. ChainSource.Plain, ChainSource.Match + "NAME"])}.");
            }
            else if (match is not null && attributes is not null && !attributes.Contains(match))
            {
                faults.Add($"{key}.hindsight.{letter}: no item has the attribute {match}{Meant(match, attributes)}.");
            }
        }

        return faults;
    }

    private static string Meant(string wrong, IReadOnlyCollection<string> right) =>
        right.Count == 0 ? "; this data set has none" : $"; the nearest is {Nearest.To(wrong, right)}";
}
