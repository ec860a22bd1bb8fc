using Akka.Event;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// What Akka says before its loggers stand and after they are gone: errors, on standard error. Standard output belongs to results; Akka's own logger writes
/// there, and at a shutdown it does so whatever <c>stdout-loglevel</c> asks for.
/// </summary>
public sealed class LastWords : MinimalLogger
{
    /// <inheritdoc/>
    protected override void Log(object message)
    {
        if (message is Error error)
        {
            Console.Error.WriteLine(error);
        }
    }
}
