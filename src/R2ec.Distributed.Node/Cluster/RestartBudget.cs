using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>What a local cluster's supervisor still allows this node, read from its file beside the node's folder every few seconds, off every actor's thread.</summary>
internal sealed class RestartBudget : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _clock;
    private readonly string _file;
    private readonly Task _reading;
    private volatile NodeState? _state;

    /// <summary>Begins to read.</summary>
    /// <param name="config">The node.</param>
    /// <param name="clock">The time, for deaths that no longer count.</param>
    public RestartBudget(NodeConfig config, TimeProvider clock)
    {
        (_clock, _file) = (clock, new NodeFolder(Path.GetDirectoryName(config.Folder) ?? config.Folder).State);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>How often the process may still die; null where no supervisor keeps it.</summary>
    public int? Left => _state is { } state ? RestartRules.Left(state, _clock.GetUtcNow()) : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        using var pace = new PeriodicTimer(Pace, _clock);
        try
        {
            do
            {
                Read();
            }
            while (await pace.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }

    private void Read()
    {
        try
        {
            _state = ClusterJson.Read<NodeState>(_file);
        }
        catch (Exception torn) when (torn is InputException or IOException or UnauthorizedAccessException)
        {
            _state = null;
        }
    }
}
