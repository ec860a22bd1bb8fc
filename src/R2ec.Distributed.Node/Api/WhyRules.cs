using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Api;

/// <summary>From what is known of a run and its nodes to the most likely cause of its standing still, and to the command to type next.</summary>
internal static class WhyRules
{
    /// <summary>The first rule that fits.</summary>
    public static (string Cause, string Next) Of(WhyFacts facts)
    {
        var (run, name) = (facts.Run, facts.Run.Run);
        return run.Phase switch
        {
            RunPhase.Completed => ("the run is complete", $"r2ec export {name} --out exported"),
            RunPhase.Stopped => ("a person stopped the run for good", $"r2ec fetch {name} --out fetched"),
            RunPhase.Failed => ($"the run met what a person has to mend: {run.Reason}", $"r2ec resume {name}"),
            RunPhase.Paused => ($"the run is paused{(run.Reason.Length > 0 ? $": {run.Reason}" : "")}", $"r2ec resume {name}"),
            RunPhase.Interrupted => ("the run was interrupted", $"r2ec resume {name}"),
            _ when facts.Unreadable is { } why => ($"the database does not answer: {why}", "r2ec nodes"),
            RunPhase.Queued => Queued(facts),
            _ => Running(facts),
        };
    }

    /// <summary>All that is in work, in words.</summary>
    public static string Doing(RunState state) => string.Join("; ", state.Orders().Select(Doing));

    /// <summary>An order in words.</summary>
    public static string Doing(RunOrder order) => order switch
    {
        RunOrder.MeasureBaselines => "measures the scorers without a model",
        RunOrder.TrainWarmStart o => $"trains the warm start up to step {o.UntilStep}",
        RunOrder.BeginReinforcement => "ends the warm start",
        RunOrder.WriteCheckpoint o => $"keeps a checkpoint of {o.Position}",
        RunOrder.EncodeTable o => $"encodes the items by version {o.Version}",
        RunOrder.Evaluate o => $"measures the policy after step {o.Step}",
        RunOrder.PlanStep o => $"plans step {o.Step}",
        RunOrder.CollectGroups o => $"collects the groups of step {o.Step.Step}: {o.MissingBundles.Count} of {o.Step.Bundles.Count} bundles are missing",
        RunOrder.AssembleStep o => $"chooses what step {o.Step} trains on",
        RunOrder.TrainStep o => $"trains step {o.Step.Step}",
        RunOrder.Complete => "ends the run",
        _ => "nothing",
    };

    private static (string Cause, string Next) Queued(WhyFacts facts) => facts.Ahead is { } ahead
        ? ($"one run trains at a time, and that is run {ahead} now", $"r2ec watch {ahead}")
        : Missing(facts, ["learner", "rollout"]) ?? ("the coordinator is about to begin it", $"r2ec watch {facts.Run.Run}");

    private static (string Cause, string Next) Running(WhyFacts facts)
    {
        return Missing(facts, Roles(facts.Run.State))
            ?? Overdue(facts)
            ?? Restoring(facts)
            ?? Doubtful(facts)
            ?? ($"work goes on: the run {Doing(facts.Run.State)}", $"r2ec watch {facts.Run.Run}");
    }

    private static string[] Roles(RunState state) => [.. state.Orders().SelectMany(Roles).Distinct()];

    private static string[] Roles(RunOrder order) => order switch
    {
        RunOrder.TrainWarmStart or RunOrder.BeginReinforcement or RunOrder.WriteCheckpoint or RunOrder.TrainStep => ["learner"],
        RunOrder.EncodeTable or RunOrder.Evaluate => ["rollout"],
        RunOrder.CollectGroups => ["rollout", "reward"],
        _ => [],
    };

    private static (string Cause, string Next)? Missing(WhyFacts facts, string[] roles)
    {
        foreach (var role in roles)
        {
            var nodes = facts.Nodes.Where(n => n.Roles.Contains(role)).ToList();
            if (nodes.Exists(n => n.State == NodeState.Healthy))
            {
                continue;
            }

            return nodes switch
            {
                [] => ($"no {role} node has joined", "r2ec nodes"),
                _ when nodes.TrueForAll(n => n.State == NodeState.Stale && n.Reason.Contains("numerics", StringComparison.OrdinalIgnoreCase)) =>
                    ($"the numerics of every {role} node differ from the run's: {nodes[0].Name}: {nodes[0].Reason}", "r2ec nodes"),
                _ when nodes.Find(n => n.State is NodeState.Drained or NodeState.Evicted) is { } away && !nodes.Exists(n => n.State is NodeState.Stale or NodeState.Suspect) =>
                    ($"no {role} node is healthy: {Told(nodes)}", $"r2ec readmit {away.Name}"),
                _ => ($"no {role} node is healthy: {Told(nodes)}", "r2ec nodes"),
            };
        }

        return null;
    }

    private static (string Cause, string Next)? Overdue(WhyFacts facts) => facts.Waits.Where(w => w.Until is { } until && w.Since > until).MaxBy(w => w.Since - w.Until) is { } late
        ? ($"{late.Who} waits for {late.What} longer than it should; {late.Owner} ends that", "r2ec nodes")
        : null;

    private static (string Cause, string Next)? Restoring(WhyFacts facts)
    {
        var learners = facts.Nodes.Where(n => n.Roles.Contains("learner") && n.State == NodeState.Healthy).ToList();
        return facts.Run.State.Epoch.Value > 1 && facts.Run.Weights is { } weights && Roles(facts.Run.State).Contains("learner") && learners.Count > 0 && learners.TrueForAll(n => n.Weights != weights)
            ? ("the learner was replaced and trains again from its last checkpoint up to where the run stands", $"r2ec faults {facts.Run.Run}")
            : null;
    }

    private static (string Cause, string Next)? Doubtful(WhyFacts facts)
    {
        var nodes = facts.Nodes.Where(n => n.State is NodeState.Suspect or NodeState.Dead or NodeState.Draining).ToList();
        return nodes.Count > 0 ? ($"work goes on without some nodes: {Told(nodes)}", "r2ec nodes") : null;
    }

    private static string Told(IEnumerable<NodeStatus> nodes) => string.Join("; ", nodes.Select(n => $"{n.Name} is {n.State}{(n.Reason.Length > 0 ? $" ({n.Reason})" : "")}"));
}
