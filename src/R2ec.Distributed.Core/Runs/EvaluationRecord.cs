using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>An evaluation that is done.</summary>
/// <param name="Step">RL step after which.</param>
/// <param name="Kind">How much was measured.</param>
/// <param name="Ndcg">Validation NDCG@10.</param>
/// <param name="Ranks">Payload of the ranks.</param>
/// <param name="Chains">Payload of the chains.</param>
public sealed record EvaluationRecord(int Step, EvaluationKind Kind, double Ndcg, Digest Ranks, Digest Chains);
