using System.Globalization;
using System.Reflection;

namespace R2ec.Distributed.Core.Spec;

/// <summary>One key of the spec, as the records and their attributes state it.</summary>
/// <param name="Path">Dotted path, such as <c>recpo.steps</c>.</param>
/// <param name="Property">The property that holds it.</param>
/// <param name="Facts">Its attribute.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Optional">Whether it may be left without a value.</param>
/// <param name="Default">Its value where the spec is silent.</param>
/// <param name="Fields">Keys of a section or of each section of a list, in the order of the record; else none.</param>
public sealed record SpecField(
    string Path, PropertyInfo Property, SpecKeyAttribute Facts, SpecKind Kind, bool Optional, object? Default, IReadOnlyList<SpecField> Fields)
{
    /// <summary>The last part of the path.</summary>
    public string Key => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>The texts allowed; empty where any is.</summary>
    public IReadOnlyList<string> Choices => Facts.Choices?.Split('|') ?? [];

    /// <summary>Whether it has keys of its own.</summary>
    public bool HasFields => Kind is SpecKind.Section or SpecKind.Sections;

    /// <summary>The record behind its keys.</summary>
    public Type Record => Kind == SpecKind.Sections ? Property.PropertyType.GetGenericArguments()[0] : Property.PropertyType;

    /// <summary>Type of the values, for people.</summary>
    public string KindName => Kind switch
    {
        SpecKind.Section => "section",
        SpecKind.WholeNumber => "whole number",
        SpecKind.Number => "number",
        SpecKind.Switch => "true or false",
        SpecKind.Texts => "list of texts",
        SpecKind.NamedTexts => "names with texts",
        SpecKind.Sections => "list of sections",
        _ => "text",
    };

    /// <summary>The range or the choices, for people; empty where there is no bound.</summary>
    public string RangeName
    {
        get
        {
            if (Choices.Count > 0)
            {
                return (Kind == SpecKind.Texts ? "of " : "") + string.Join(", ", Choices);
            }

            var least = double.IsNaN(Facts.Min) ? "" : $"{(Facts.AboveMin ? "above" : "from")} {Number(Facts.Min)}";
            var most = double.IsNaN(Facts.Max) ? "" : $"to {Number(Facts.Max)}";
            return $"{least} {most}".Trim();
        }
    }

    /// <summary>A number as specs write it: round-trips, invariant, lower-case exponent.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
}
