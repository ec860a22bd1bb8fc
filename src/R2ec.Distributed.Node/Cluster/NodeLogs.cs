using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>A node's log: everything on standard output, which its supervisor or container keeps.</summary>
internal static class NodeLogs
{
    private const string Form = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {OnNode} {SourceContext} {Message:lj}{NewLine}{Exception}";

    /// <summary>A factory; disposing it flushes.</summary>
    public static ILoggerFactory Of(string node)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
            .Enrich.WithProperty("OnNode", node)
            .WriteTo.Console(outputTemplate: Form, formatProvider: System.Globalization.CultureInfo.InvariantCulture)
            .CreateLogger();
        Log.Logger = logger;
        return new SerilogLoggerFactory(logger, dispose: true);
    }
}
