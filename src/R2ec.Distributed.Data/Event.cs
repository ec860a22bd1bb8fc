namespace R2ec.Distributed.Data;

/// <summary>One interaction of a user.</summary>
/// <param name="Item">Item id, 1 to N.</param>
/// <param name="Rating">In the source's unit, usually 0.5 to 5.</param>
/// <param name="TimeMs">Milliseconds since 1970-01-01 UTC.</param>
public readonly record struct Event(int Item, float Rating, long TimeMs);
