using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Evaluation;

/// <summary>Talk between a run and those who have whole sweeps over items or users done for it.</summary>
public static class MeasuringProtocol
{
    /// <summary>Encode the catalogue with a version of the policy.</summary>
    public sealed record EncodeTable(Epoch Epoch, int Version, Digest Policy) : IWireMessage;

    /// <summary>The catalogue is encoded and stored.</summary>
    /// <param name="Epoch">The epoch of the order.</param>
    /// <param name="Version">Version of its rows.</param>
    /// <param name="Policy">Digest of the policy.</param>
    /// <param name="Payload">Where it is kept.</param>
    /// <param name="Table">The table for workers; its digest is the table's.</param>
    public sealed record TableEncoded(Epoch Epoch, int Version, Digest Policy, Digest Payload, BlobRef Table) : IWireMessage;

    /// <summary>Measure the policy.</summary>
    /// <param name="Epoch">The epoch.</param>
    /// <param name="Step">RL step after which.</param>
    /// <param name="Kind">How much.</param>
    /// <param name="Policy">The weights.</param>
    /// <param name="Table">The item table.</param>
    /// <param name="FirstRanks">Ranks of the first evaluation, for gains; null where there are none yet.</param>
    public sealed record Evaluate(Epoch Epoch, int Step, EvaluationKind Kind, Digest Policy, BlobRef Table, Digest? FirstRanks) : IWireMessage;

    /// <summary>The policy is measured.</summary>
    public sealed record EvaluationDone(Epoch Epoch, int Step, EvaluationKind Kind, IReadOnlyList<Metric> Metrics, Digest Ranks, Digest Chains) : IWireMessage;

    /// <summary>A sweep could not be done.</summary>
    public sealed record SweepFailed(Epoch Epoch, string Reason, bool IsInput) : IWireMessage;

    /// <summary>A sweep is not needed any more.</summary>
    public sealed record Cancel(Epoch Epoch) : IWireMessage;

    /// <summary>How far a sweep has come.</summary>
    public sealed record SweepProgress(Epoch Epoch, int Done, int Total) : IWireMessage;
}
