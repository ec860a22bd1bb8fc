using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>A host of one actor system that leaves signals, standard output and configuration files alone.</summary>
internal static class AkkaHost
{
    /// <summary>Builds it.</summary>
    /// <param name="logs">Where logs go.</param>
    /// <param name="stopTime">How long its shutdown may take.</param>
    /// <param name="compose">Registers the node's actors.</param>
    internal static IHost Build(ILoggerFactory logs, TimeSpan stopTime, Action<AkkaConfigurationBuilder> compose)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = stopTime);
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.AddAkka(RunSetup.SystemName, (akka, _) =>
        {
            akka.ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLoggerFactory(logs);
            });
            compose(akka);
        });
        return builder.Build();
    }

    // Signals belong to whoever hosts the host.
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
