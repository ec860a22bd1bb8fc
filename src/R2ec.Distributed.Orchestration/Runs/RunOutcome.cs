using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>How a run's work in this process ended.</summary>
/// <param name="Run">The run.</param>
/// <param name="Phase">Completed, Interrupted, Paused or Failed.</param>
/// <param name="Step">RL steps trained.</param>
/// <param name="Steps">RL steps of the plan.</param>
/// <param name="Weights">Digest of the policy of record.</param>
/// <param name="Reason">Why it paused or failed, one clear message; else empty.</param>
/// <param name="IsInput">Whether a person has to mend what the reason says (exit code 3), rather than the run itself having failed (5).</param>
/// <param name="WasComplete">Whether the run had been completed before this process began.</param>
public sealed record RunOutcome(RunId Run, RunPhase Phase, int Step, int Steps, Digest? Weights, string Reason, bool IsInput, bool WasComplete) : INoSerializationVerificationNeeded;
