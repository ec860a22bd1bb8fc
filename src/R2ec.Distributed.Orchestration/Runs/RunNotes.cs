using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>What a run's actor says to itself when work beside it is done.</summary>
internal static class RunNotes
{
    internal sealed record Measured(Epoch Epoch, IReadOnlyList<BaselineMetrics> Rows) : INoSerializationVerificationNeeded;

    internal sealed record Stored(Epoch Epoch, IReadOnlyList<StoredGroup> Groups) : INoSerializationVerificationNeeded;

    internal sealed record TableLoaded(Digest Wanted, BlobRef Table) : INoSerializationVerificationNeeded;

    internal sealed record Faulted(Epoch Epoch, string Reason, FailureKind Kind) : INoSerializationVerificationNeeded;

    internal sealed record RestoreAgain(Epoch Epoch) : INoSerializationVerificationNeeded;
}
