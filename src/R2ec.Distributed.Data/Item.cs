namespace R2ec.Distributed.Data;

/// <summary>An item of the catalogue.</summary>
/// <param name="Id">1 to N; 0 is the padding item.</param>
/// <param name="ExternalId">The source's own id, such as an ASIN; empty for padding.</param>
/// <param name="Title">Cleaned title.</param>
/// <param name="Text">Description, already cut to 100 words; may be empty.</param>
/// <param name="AverageRating">Mean rating in the source's unit, rounded to 2 decimals; 0 where there is none.</param>
/// <param name="RatingCount">How many ratings <paramref name="AverageRating"/> is the mean of.</param>
/// <param name="Attributes">Named values, such as genres or year; a name may have several values, in the source's order.</param>
public sealed record Item(
    int Id,
    string ExternalId,
    string Title,
    string Text,
    double AverageRating,
    int RatingCount,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes)
{
    /// <summary>The item at index 0 of every catalogue: no texts, no attributes, never a target.</summary>
    public static Item Padding { get; } = new(0, "", "", "", 0, 0, new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>The values of an attribute; empty where the item has none of that name.</summary>
    public IReadOnlyList<string> Values(string attribute) => Attributes.TryGetValue(attribute, out var values) ? values : [];
}
