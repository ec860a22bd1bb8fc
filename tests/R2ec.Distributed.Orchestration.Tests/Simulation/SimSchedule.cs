using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>What one seed has happen to a run, and what has to hold afterwards whatever that was.</summary>
internal static class SimSchedule
{
    /// <summary>Faults happen before this tick.</summary>
    internal const int Faulty = 500;

    /// <summary>Ticks after the last fault within which the run has to end: five minutes.</summary>
    internal const int Patience = 3000;

    /// <summary>Runs a schedule; answers with its journal and every message that arrived.</summary>
    internal static (IReadOnlyList<IRunEvent> Facts, IReadOnlyList<string> Trace, int Ticks) Run(SimMachine machine, int seed, string mode, bool undisturbed = false)
    {
        using var cluster = new SimCluster(machine, seed, mode);
        if (!undisturbed)
        {
            Disturb(cluster, new Random(seed));
        }

        cluster.RunUntil(Faulty + Patience);
        return (cluster.Facts, machine.Trace, machine.Tick);
    }

    /// <summary>What must never happen and did.</summary>
    internal static IReadOnlyList<string> Unsafe(SimMachine machine, IReadOnlyList<IRunEvent> facts, IReadOnlyList<IRunEvent> undisturbed)
    {
        var audit = RunAudit.Of(facts);
        var wrong = new List<string>(machine.Database.Violations);
        wrong.AddRange(audit.Findings);
        if (!audit.IsClean)
        {
            wrong.Add($"planned {audit.Planned}, trained {audit.Trained}, open {audit.Open}, lost {audit.Lost}, twice {audit.Twice}");
        }

        // As far as it came, it came by the same bits.
        wrong.AddRange(Bits(facts).Except(Bits(undisturbed)).Select(bit => $"{bit} is no result of the undisturbed run"));
        return wrong;
    }

    internal static IReadOnlyList<string> Bits(IReadOnlyList<IRunEvent> facts) => [.. facts.Select(fact => fact switch
    {
        RunEvents.WarmStartAdvanced e => $"warm start {e.Step}: {e.Weights}",
        RunEvents.ReinforcementBegun e => $"version 0: {e.Weights}",
        RunEvents.ItemTableReady e => $"table {e.Version}: {e.Table}",
        RunEvents.StepPlanned e => $"plan {e.Step}: {string.Join(' ', e.Samples)} {e.Policy} {e.Table}",
        RunEvents.GroupCompleted e => $"group {e.Group}: {e.Payload}",
        RunEvents.StepTrained e => $"step {e.Step}: {e.Weights}",
        RunEvents.Evaluated e => $"evaluation {e.Kind} {e.Step}: {e.Ranks} {e.Chains}",
        _ => "",
    }).Where(bit => bit.Length > 0)];

    private static void Disturb(SimCluster cluster, Random chance)
    {
        var machine = cluster.Machine;
        var network = machine.Network;
        network.Loss = Pick(chance, 0, 0, 0.02, 0.1, 0.3);
        network.Twice = Pick(chance, 0, 0, 0.05, 0.3);
        network.LongestDelay = (int)Pick(chance, 1, 5, 30, 120);
        network.InOrder = network.Twice == 0 || chance.Next(2) == 0;
        var faults = chance.Next(8);
        for (var fault = 0; fault < faults; fault++)
        {
            var (kind, node, length, second) = (chance.Next(9), SimCluster.Workers[chance.Next(SimCluster.Workers.Count)], chance.Next(10, 250), chance.Next(1, 100));
            machine.After(chance.Next(5, Faulty - 50), () => Happen(cluster, kind, node, length, second));
        }

        machine.After(Faulty, () =>
        {
            network.Calm();
            machine.Database.IsDown = false;
            foreach (var process in machine.Living.ToList())
            {
                machine.Wake(process);
            }
        });
    }

    private static void Happen(SimCluster cluster, int kind, string node, int length, int second)
    {
        var (machine, network) = (cluster.Machine, cluster.Machine.Network);
        switch (kind)
        {
            case 0 or 1:
                cluster.Crash(node, Math.Min(second, Faulty - machine.Tick));
                break;
            case 2:
                cluster.Freeze(node, length);
                break;
            case 3:
                cluster.CrashCoordinator(Math.Min(second, Faulty - machine.Tick));
                break;
            case 4:
                cluster.FreezeCoordinator(length, second);
                break;
            case 5:
                Cut(cluster, node, both: second % 2 == 0, length);
                break;
            case 6:
                machine.Database.IsDown = true;
                machine.After(second, () => machine.Database.IsDown = false);
                break;
            case 7:
                machine.Database.Unheard++;
                break;
            default:
                var loss = network.Loss;
                network.Loss = 0.5;
                machine.After(second, () => network.Loss = machine.Tick < Faulty ? loss : 0);
                break;
        }
    }

    private static void Cut(SimCluster cluster, string node, bool both, int length)
    {
        var network = cluster.Machine.Network;
        foreach (var other in new[] { "c1", "c2", "c3", "l1", "l2" }.Where(other => other != node))
        {
            network.Cut(node, other);
            if (both)
            {
                network.Cut(other, node);
            }
        }

        cluster.Machine.After(length, network.Mend);
    }

    private static double Pick(Random chance, params double[] of) => of[chance.Next(of.Length)];
}
