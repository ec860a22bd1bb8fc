using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Scheduling;

/// <summary>A lease and who has it.</summary>
/// <param name="Work">The piece of work.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Worker">Its worker's name.</param>
public sealed record LeaseHolder<T>(T Work, Attempt Attempt, string Worker);
