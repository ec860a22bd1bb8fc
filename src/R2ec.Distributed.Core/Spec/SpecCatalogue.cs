using System.Reflection;
using System.Text;

namespace R2ec.Distributed.Core.Spec;

/// <summary>Every key of an experiment spec, found once from <see cref="ExperimentSpec"/> and the records below it.</summary>
public static class SpecCatalogue
{
    /// <summary>The keys of the top level, in order; sections hold theirs.</summary>
    public static IReadOnlyList<SpecField> Fields { get; } = FieldsOf(typeof(ExperimentSpec), "");

    /// <summary>Every key that holds a value or a section, by its dotted path.</summary>
    public static IReadOnlyDictionary<string, SpecField> ByPath { get; } = Flat(Fields).ToDictionary(f => f.Path);

    /// <summary>The path that a wrong one was probably meant to be: nearest by spelling, or the key of that name in another section.</summary>
    public static string? Nearest(string path, IReadOnlyList<SpecField> siblings)
    {
        var key = path[(path.LastIndexOf('.') + 1)..];
        var near = NearestWord.To(key, siblings.Select(f => f.Key));
        return near is not null ? siblings.First(f => f.Key == near).Path
            : ByPath.Values.FirstOrDefault(f => f.Key == key)?.Path ?? NearestWord.To(path, ByPath.Keys);
    }

    /// <summary>A property's name in snake_case.</summary>
    public static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private static IEnumerable<SpecField> Flat(IEnumerable<SpecField> fields) => fields.SelectMany(f => Flat(f.Fields).Prepend(f));

    private static SpecField[] FieldsOf(Type type, string prefix)
    {
        var defaults = Activator.CreateInstance(type)!;
        var nullability = new NullabilityInfoContext();
        return [.. type.GetProperties()
            .Select(p => (Property: p, Facts: p.GetCustomAttribute<SpecKeyAttribute>()))
            .Where(p => p.Facts is not null)
            .Select(p => Field(p.Property, p.Facts!, prefix, p.Property.GetValue(defaults), nullability))];
    }

    private static SpecField Field(PropertyInfo property, SpecKeyAttribute facts, string prefix, object? value, NullabilityInfoContext nullability)
    {
        var path = prefix + (facts.Name ?? SnakeCase(property.Name));
        var inner = Nullable.GetUnderlyingType(property.PropertyType);
        var kind = KindOf(inner ?? property.PropertyType);
        var optional = inner is not null || (!property.PropertyType.IsValueType && nullability.Create(property).WriteState == NullabilityState.Nullable);
        var field = new SpecField(path, property, facts, kind, optional, value, []);
        return field.HasFields ? field with { Fields = FieldsOf(field.Record, path + ".") } : field;
    }

    private static SpecKind KindOf(Type type) => type switch
    {
        _ when type == typeof(int) || type == typeof(long) => SpecKind.WholeNumber,
        _ when type == typeof(double) => SpecKind.Number,
        _ when type == typeof(bool) => SpecKind.Switch,
        _ when type == typeof(string) => SpecKind.Text,
        _ when type == typeof(IReadOnlyDictionary<string, string>) => SpecKind.NamedTexts,
        _ when type.IsAssignableFrom(typeof(string[])) => SpecKind.Texts,
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => SpecKind.Sections,
        _ => SpecKind.Section,
    };
}
