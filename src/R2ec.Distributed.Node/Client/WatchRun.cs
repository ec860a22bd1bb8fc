using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Api;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Screens;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Node.Client;

/// <summary>What <c>watch</c> does: asks for the journal's new facts every second and tells them as <c>train</c> does, until the run ends.</summary>
internal sealed class WatchRun(ClusterClient cluster, RunId run, bool json, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly RunScreen _screen = new(clock);
    private long _last;
    private int _steps;
    private RunPhase? _end;

    /// <summary>Watches; the result is the exit code: 0 where the run is completed.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var pause = new PeriodicTimer(Pause, clock);
        while (await PageAsync(stop) == ApiOptions.MostEvents || (_end is null && await pause.WaitForNextTickAsync(stop)))
        {
        }

        _screen.Clear();
        var found = await cluster.GetAsync($"runs/{run}", stop);
        if (!json)
        {
            Console.Out.WriteLine($"run {run} is {_end}: step {ClusterText.Count(found, "step")} of {ClusterText.Count(found, "steps")}, weights {ClusterText.Text(found, "weights")}");
            Console.Out.WriteLine(_end == RunPhase.Completed ? $"  ./r2ec fetch {run} --out {run}{cluster.Access.Flags}" : $"  ./r2ec why {run}{cluster.Access.Flags}");
        }

        return _end == RunPhase.Completed ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<int> PageAsync(CancellationToken stop)
    {
        var page = await cluster.GetAsync(FormattableString.Invariant($"runs/{run}/events?after={_last}"), stop);
        foreach (var written in page.EnumerateArray())
        {
            (_last, var fact) = EventJson.Read(written);
            if (json)
            {
                Console.Out.WriteLine(written.GetRawText());
            }

            if (fact is not null)
            {
                Take(fact);
            }
        }

        return page.GetArrayLength();
    }

    private void Take(IRunEvent fact)
    {
        _end = fact switch
        {
            RunEvents.Completed => RunPhase.Completed,
            RunEvents.Failed => RunPhase.Failed,
            RunEvents.Stopped => RunPhase.Stopped,
            RunEvents.Resumed => null,
            _ => _end,
        };
        if (!json)
        {
            Tell(fact);
        }
    }

    private void Tell(IRunEvent fact)
    {
        _screen.Observe(fact);
        switch (fact)
        {
            case RunEvents.Started e:
                _steps = e.Plan.Steps;
                break;
            case RunEvents.PlanShortened e:
                _steps = e.Steps;
                break;
            case RunEvents.StepTrained e:
                _screen.Report(new RunProgress("train", e.Step, _steps, e.Step, _steps, []));
                break;
            case RunEvents.FaultObserved e:
                _screen.Say($"{e.Node} ({e.Role}) was lost: {e.Evidence}; {e.LeasesReturned} leases returned");
                break;
            case RunEvents.Paused e:
                _screen.Say($"paused: {e.Reason}");
                break;
            case RunEvents.Interrupted:
                _screen.Say("interrupted");
                break;
            case RunEvents.Failed e:
                _screen.Say($"failed: {e.Reason}");
                break;
        }
    }
}
