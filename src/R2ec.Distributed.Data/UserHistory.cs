namespace R2ec.Distributed.Data;

/// <summary>A user and what they did, for data sets made in memory.</summary>
/// <param name="Name">Unique among the users.</param>
/// <param name="Events">In any order; sorted by time, stable, when the data set is made.</param>
public sealed record UserHistory(string Name, IReadOnlyList<Event> Events);
