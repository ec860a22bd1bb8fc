namespace R2ec.Distributed.Data;

/// <summary>One question: given a user's events before <paramref name="Position"/>, which item comes next?</summary>
/// <param name="User">Index of the user, 0 to U − 1, in ordinal order of the users' names.</param>
/// <param name="Position">Index of the target within the user's events, at least 1.</param>
public readonly record struct Sample(int User, int Position);
