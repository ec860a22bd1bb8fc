using System.Runtime.InteropServices;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Composition;

/// <summary>Ctrl-C and SIGTERM: the first asks for a drain, the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly PosixSignalRegistration[] _signals;
    private readonly string _notice;

    private Interruption(string notice)
    {
        _notice = notice;
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Drain => _drain.Token;

    /// <summary>Watches until it is disposed.</summary>
    /// <param name="notice">What the first signal prints on stderr.</param>
    public static Interruption Watch(string notice) => new(notice);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _drain.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_drain.IsCancellationRequested)
        {
            Console.Error.WriteLine("Aborted.");
            Environment.Exit(ExitCode.Interrupted);
        }

        Console.Error.WriteLine(_notice);
        _drain.Cancel();
    }
}
