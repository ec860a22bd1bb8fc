using System.Globalization;

namespace R2ec.Distributed.Core.Spec;

/// <summary>Turns a written scalar into a key's value, or says what is wrong with it.</summary>
internal static class SpecValues
{
    /// <summary>The value in the property's own type; null after a fault was added.</summary>
    public static object? Read(SpecField field, SpecNode.Scalar scalar, List<SpecFault> faults)
    {
        SpecFault Wrong(string rule, string remedy) => new(scalar.Place, field.Path, scalar.Text, rule, remedy);
        switch (field.Kind)
        {
            case SpecKind.Switch when !scalar.Quoted && scalar.Text is ("true" or "True"):
                return true;
            case SpecKind.Switch when !scalar.Quoted && scalar.Text is ("false" or "False"):
                return false;
            case SpecKind.Text:
                return Choice(field, scalar.Text, Wrong, faults);
            case SpecKind.WholeNumber when !scalar.Quoted && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole):
                return Ranged(field, whole, Wrong, faults) ? Whole(field, whole) : null;
            case SpecKind.Number when !scalar.Quoted && NotFinite(scalar.Text):
                faults.Add(Wrong("not a finite number", Remedy(field)));
                return null;
            case SpecKind.Number when !scalar.Quoted && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                return Ranged(field, number, Wrong, faults) ? number : null;
            default:
                faults.Add(Wrong($"a {field.KindName} is needed here", scalar.Quoted && field.Kind != SpecKind.Texts ? "take the quotes off" : Remedy(field)));
                return null;
        }
    }

    /// <summary>What a key takes, as a remedy.</summary>
    public static string Remedy(SpecField field) => field.RangeName.Length > 0 ? $"it takes a {field.KindName} {field.RangeName}" : $"it takes a {field.KindName}";

    private static object Whole(SpecField field, long value) =>
        Convert.ChangeType(value, Nullable.GetUnderlyingType(field.Property.PropertyType) ?? field.Property.PropertyType, CultureInfo.InvariantCulture);

    private static bool NotFinite(string text) => text.TrimStart('+', '-').ToUpperInvariant() is ".NAN" or "NAN" or ".INF" or "INF" or "INFINITY";

    private static string? Choice(SpecField field, string text, Func<string, string, SpecFault> wrong, List<SpecFault> faults)
    {
        if (field.Choices.Count == 0 || field.Choices.Contains(text))
        {
            return text;
        }

        var near = NearestWord.To(text, field.Choices);
        faults.Add(wrong($"not one of {string.Join(", ", field.Choices)}", near is null ? "choose one of them" : $"did you mean '{near}'?"));
        return null;
    }

    private static bool Ranged(SpecField field, double value, Func<string, string, SpecFault> wrong, List<SpecFault> faults)
    {
        var (min, max) = (field.Facts.Min, field.Facts.Max);
        var rule = value < min || (field.Facts.AboveMin && value <= min) ? $"it must be {(field.Facts.AboveMin ? "above" : "at least")} {SpecField.Number(min)}"
            : value > max ? $"it must be at most {SpecField.Number(max)}"
            : Math.Abs(value) > int.MaxValue && field.Property.PropertyType == typeof(int) ? "it is too large" : null;
        if (rule is not null)
        {
            faults.Add(wrong(rule, Remedy(field)));
        }

        return rule is null;
    }
}
