using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace R2ec.Distributed.Node.Composition;

/// <summary>The program's log: everything in a file of the run, warnings on stderr as well.</summary>
internal static class RunLogs
{
    private const string Form = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";

    /// <summary>A factory that writes to a file; disposing it flushes.</summary>
    public static ILoggerFactory Of(string file)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .WriteTo.File(file, outputTemplate: Form, shared: false, fileSizeLimitBytes: 100 << 20, rollOnFileSizeLimit: true, retainedFileCountLimit: 3)
            .WriteTo.Console(LogEventLevel.Fatal, "{Message:lj}{NewLine}", standardErrorFromLevel: LogEventLevel.Verbose)
            .CreateLogger();
        Log.Logger = logger;
        return new SerilogLoggerFactory(logger, dispose: true);
    }
}
