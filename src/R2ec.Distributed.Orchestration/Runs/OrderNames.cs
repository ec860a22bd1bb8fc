using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Names of orders, by which a run knows what it has issued: the same work has the same name, however much of it is left.</summary>
internal static class OrderNames
{
    private const string Learner = "learner/";

    internal static string Of(RunOrder order) => order switch
    {
        RunOrder.PlanStep o => $"plan/{o.Step}",
        RunOrder.AssembleStep o => $"assemble/{o.Step}",
        RunOrder.CollectGroups o => $"collect/{o.Step.Step}",
        RunOrder.TrainStep o => $"{Learner}train/{o.Step.Step}",
        RunOrder.TrainWarmStart o => $"{Learner}warm-start/{o.UntilStep}",
        RunOrder.BeginReinforcement => $"{Learner}begin",
        RunOrder.WriteCheckpoint o => $"{Learner}checkpoint/{o.Position}",
        RunOrder.Evaluate o => $"evaluate/{o.Step}/{o.Kind}",
        RunOrder.EncodeTable o => $"encode/{o.Version}",
        _ => order.GetType().Name,
    };

    internal static bool IsLearners(string name) => name.StartsWith(Learner, StringComparison.Ordinal);

    internal static bool IsEvaluation(string name) => name.StartsWith("evaluate/", StringComparison.Ordinal);
}
