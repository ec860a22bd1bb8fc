using System.Diagnostics;
using System.Globalization;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>A node under the supervisor: its state on disk is the truth, its process is watched, requests for it are taken. Used by one thread.</summary>
internal sealed class WatchedNode : IDisposable
{
    private const int KilledBySignal = 128;

    private readonly string _program;
    private readonly NodeNetwork? _network;
    private readonly Action<string> _say;
    private bool _unsaved;                                // the disk refused the state: it is written at the next look
    private Process? _child;                              // only where this process started it: then its exit code is known

    /// <summary>Finds the node's process, if one lives, whether or not the state names it.</summary>
    public WatchedNode(NodeFolder folder, string program, NodeNetwork? network, DateTimeOffset now, Action<string> say)
    {
        (Folder, _program, _network, _say) = (folder, program, network, say);
        Config = NodeConfigFile.Read(folder.Config);
        State = ClusterJson.Read<NodeState>(folder.State) ?? new NodeState();
        if (LinuxProcess.Lives(State.Pid, State.StartedTicks))
        {
            _say($"{folder.Name}: process {State.Pid} lives and is watched on");
        }
        else if (Find(folder) is { } found)
        {
            _say($"{folder.Name}: process {found.Pid} lives, and the state did not name it");
            Keep(RestartRules.Started(State, found.Pid, found.Ticks, now));
        }
    }

    /// <summary>Where it stands.</summary>
    public NodeFolder Folder { get; }

    /// <summary>Its configuration.</summary>
    public NodeConfig Config { get; }

    /// <summary>What is known of it.</summary>
    public NodeState State { get; private set; }

    /// <summary>The node's process, found by its command line.</summary>
    public static (int Pid, long Ticks)? Find(NodeFolder folder)
    {
        foreach (var pid in LinuxProcess.Running("node", "--config", folder.Config))
        {
            if (LinuxProcess.StartedTicks(pid) is { } ticks)
            {
                return (pid, ticks);
            }
        }

        return null;
    }

    /// <summary>A node that was down, or whose last word was that, runs again.</summary>
    public void Up()
    {
        if (State.Desired == NodeDesire.Down)
        {
            Keep(RestartRules.Readmitted(State));
        }
    }

    /// <summary>Looks once: takes a request, sees an end, starts what is due. True where the state changed.</summary>
    public bool Look(DateTimeOffset now)
    {
        var before = State;
        if (_unsaved)
        {
            Keep(State);
        }

        TakeRequest(now);
        if (State.Pid > 0 && !LinuxProcess.Lives(State.Pid, State.StartedTicks) && _child is null or { HasExited: true })
        {
            SeeEnd(now);
        }
        else if (RestartRules.IsOverdue(State, now))
        {
            _say($"{Folder.Name}: process {State.Pid} did not end in {RestartRules.Patience.TotalSeconds} s and is killed");
            LinuxProcess.Signal(State.Pid, State.StartedTicks, LinuxProcess.Kill);
        }

        if (RestartRules.IsDue(State, now))
        {
            Begin(now);
        }

        return before != State;
    }

    /// <inheritdoc/>
    public void Dispose() => _child?.Dispose();

    private void TakeRequest(DateTimeOffset now)
    {
        if (NodeRequest.Take(Folder) is not { } asked)
        {
            return;
        }

        _say($"{Folder.Name}: asked to {(asked == NodeRequest.Restart ? "restart" : "run")}");
        Keep(asked == NodeRequest.Restart ? RestartRules.RestartAsked(State, now) : RestartRules.Readmitted(State));
        NodeRequest.Done(Folder);
        if (State is { Desired: NodeDesire.Restart, Pid: > 0 })
        {
            LinuxProcess.Signal(State.Pid, State.StartedTicks, LinuxProcess.Terminate);
            LinuxProcess.Signal(State.Pid, State.StartedTicks, LinuxProcess.Continue);     // a frozen process takes its signal when it goes on
        }
    }

    private void SeeEnd(DateTimeOffset now)
    {
        var code = _child is { HasExited: true } child ? child.ExitCode : WrittenExit();
        _child?.Dispose();
        _child = null;
        var pid = State.Pid;
        Keep(RestartRules.Ended(State, code, now));
        var how = code is null ? "ended, nobody saw how" : code > KilledBySignal ? $"was ended by signal {code - KilledBySignal}" : $"ended with {code}";
        var next = State.Desired switch
        {
            NodeDesire.Drained => "it is drained, and away until it is readmitted",
            NodeDesire.Retired => $"it died more than {RestartRules.Budget} times within {RestartRules.BudgetSpan.TotalMinutes} minutes and is retired; its log is {Folder.Log}",
            NodeDesire.Run when State.NotBefore is { } until && until > now => $"it is started again in {(until - now).TotalSeconds.ToString(CultureInfo.InvariantCulture)} s",
            _ => "it is started again",
        };
        _say($"{Folder.Name}: process {pid} {how}; {next}");
    }

    private int? WrittenExit() =>
        File.Exists(Folder.Exit) && int.TryParse(File.ReadAllText(Folder.Exit).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;

    private void Begin(DateTimeOffset now)
    {
        File.Delete(Folder.Exit);
        _network?.Ensure(Folder.Name, Config.Remoting.Host);
        _child = DetachedProcess.Start(_program, ["node", "--config", Folder.Config, "--exit-file", Folder.Exit], Folder.Log, _network?.Prefix(Folder.Name));
        Keep(RestartRules.Started(State, _child.Id, LinuxProcess.StartedTicks(_child.Id) ?? 0, now));
        _say($"{Folder.Name}: started as process {_child.Id}");
    }

    private void Keep(NodeState state)
    {
        (State, _unsaved) = (state, true);
        ClusterJson.Write(Folder.State, state);
        _unsaved = false;
    }
}
