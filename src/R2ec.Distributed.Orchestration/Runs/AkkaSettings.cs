namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Settings of every actor system of ours, on one machine and in a cluster.</summary>
internal static class AkkaSettings
{
    // The timer's tick of 10 ms would wake every idle node 100 times a second; above 33 ms Akka.Cluster starts a second timer of its own.
    internal const string Common = """
        akka.actor.serialization-settings.allow-unregistered-types = off
        akka.scheduler.tick-duration = 33ms
        akka.coordinated-shutdown.exit-clr = off
        akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
        akka.remote.log-frame-size-exceeding = 32000b
        akka.log-dead-letters-during-shutdown = off
        akka.log-dead-letters = off
        akka.stdout-loglevel = ERROR
        akka.stdout-logger-class = "R2ec.Distributed.Orchestration.Runs.LastWords, R2ec.Distributed.Orchestration"
        """;
}
