using Akka.Actor;
using Akka.Configuration;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Orchestration.Tests.Cluster;

public sealed class ShutdownGateTests
{
    [Fact]
    public async Task A_broken_handshake_ends_nothing_until_the_node_ends()
    {
        var gate = new ShutdownGate();
        using var system = ActorSystem.Create("gate", ConfigurationFactory.ParseString(ShutdownGate.Settings));
        gate.Guard(system);
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceUnbind, "passed", () =>
        {
            passed.SetResult();
            return Task.FromResult(Akka.Done.Instance);
        });

        var run = CoordinatedShutdown.Get(system).Run(new TlsHandshakeFailureReason());
        Assert.Equal("still here", await system.ActorOf(Props.Create<Echo>()).Ask<string>("still here", TimeSpan.FromMinutes(1)));
        Assert.False(passed.Task.IsCompleted || run.IsCompleted);

        gate.Open();
        await run;
        Assert.True(passed.Task.IsCompleted);
        await system.WhenTerminated;
    }

    [Fact]
    public async Task Any_other_reason_passes()
    {
        using var system = ActorSystem.Create("gate", ConfigurationFactory.ParseString(ShutdownGate.Settings));
        new ShutdownGate().Guard(system);

        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);

        await system.WhenTerminated;
    }

    private sealed class TlsHandshakeFailureReason : CoordinatedShutdown.Reason
    {
        public override int ExitCode => 79;
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }
}
