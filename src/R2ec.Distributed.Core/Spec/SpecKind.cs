namespace R2ec.Distributed.Core.Spec;

/// <summary>What a key of the spec holds.</summary>
public enum SpecKind
{
    /// <summary>Keys of its own.</summary>
    Section = 0,

    /// <summary>A whole number.</summary>
    WholeNumber = 1,

    /// <summary>A number.</summary>
    Number = 2,

    /// <summary>Text.</summary>
    Text = 3,

    /// <summary>true or false.</summary>
    Switch = 4,

    /// <summary>A list of texts.</summary>
    Texts = 5,

    /// <summary>Texts by names that the spec's author chooses.</summary>
    NamedTexts = 6,

    /// <summary>A list of sections that have the same keys.</summary>
    Sections = 7,
}
