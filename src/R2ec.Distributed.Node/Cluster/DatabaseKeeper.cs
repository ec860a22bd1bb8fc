using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Keeps a database server running: looks every second, starts it where it does not run.</summary>
internal sealed class DatabaseKeeper(IClusterDatabase database, TimeProvider clock, Action<string> say)
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);
    private string _said = "";

    /// <summary>Starts it if it does not run; a failure is said once and tried again by <see cref="RunAsync"/>.</summary>
    public async Task EnsureAsync(CancellationToken stop)
    {
        try
        {
            if (!database.IsRunning)
            {
                await database.StartAsync(stop);
                say("the database server was started");
                _said = "";
            }
        }
        catch (Exception refused) when (refused is InputException or IOException or InvalidOperationException or TimeoutException or System.ComponentModel.Win32Exception)
        {
            if (refused.Message != _said)
            {
                say($"the database server does not start, and is tried again every second: {refused.Message}");
            }

            _said = refused.Message;
        }
    }

    /// <summary>Runs until it is stopped; the server goes on.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Glance, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                await EnsureAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            say("the database server is left running");
        }
    }
}
