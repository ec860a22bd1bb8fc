namespace R2ec.Distributed.Core.Runs;

/// <summary>A piece of work given to a worker.</summary>
/// <param name="Work">Which.</param>
/// <param name="Attempt">How often it was given out, this time included.</param>
public sealed record LeaseGrant<T>(T Work, Attempt Attempt);
