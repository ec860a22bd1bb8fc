namespace R2ec.Distributed.Core.Spec;

/// <summary>
/// What one key of an experiment spec means. The spec's check, its JSON schema, `spec init` and the reference page are all made from these attributes, so
/// that none of them can drift from the records. A key's name is the property's in snake_case unless <see cref="Name"/> says otherwise; its default is the
/// property's initial value.
/// </summary>
/// <param name="meaning">One sentence: what the value does, with its unit.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SpecKeyAttribute(string meaning) : Attribute
{
    /// <summary>One sentence: what the value does, with its unit.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>The key where it differs from the property's name in snake_case; else null.</summary>
    public string? Name { get; init; }

    /// <summary>What `spec init` writes for a key without a default; null where it leaves such a key out.</summary>
    public string? Example { get; init; }

    /// <summary>Least value allowed; NaN where there is no bound.</summary>
    public double Min { get; init; } = double.NaN;

    /// <summary>Greatest value allowed; NaN where there is no bound.</summary>
    public double Max { get; init; } = double.NaN;

    /// <summary>Whether <see cref="Min"/> itself is refused.</summary>
    public bool AboveMin { get; init; }

    /// <summary>The texts allowed, separated by '|'; null where any text is.</summary>
    public string? Choices { get; init; }

    /// <summary>Where the default comes from, such as a place in the paper; null where it is ours.</summary>
    public string? Source { get; init; }
}
