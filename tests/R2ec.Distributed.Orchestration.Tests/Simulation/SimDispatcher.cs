using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>Makes the one dispatcher of a simulated system. Named by its configuration.</summary>
public sealed class SimDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly SimDispatcher _dispatcher;

    public SimDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) => _dispatcher = new SimDispatcher(this);

    public override MessageDispatcher Dispatcher() => _dispatcher;
}

/// <summary>Runs no actor by itself: the machine does, one message at a time, and it decides what becomes of a message between two processes.</summary>
public sealed class SimDispatcher : MessageDispatcher
{
    internal SimDispatcher(MessageDispatcherConfigurator configurator)
        : base(configurator)
    {
    }

    /// <summary>The machine; null while a system starts, which takes the thread pool.</summary>
    internal static SimMachine? Machine { get; set; }

    public override void Dispatch(ActorCell cell, Envelope envelope)
    {
        if (Machine is not { } machine || !machine.Intercepts(this, cell, envelope))
        {
            base.Dispatch(cell, envelope);
        }
    }

    internal void Deliver(ActorCell cell, Envelope envelope) => base.Dispatch(cell, envelope);

    protected override void ExecuteTask(IRunnable run)
    {
        if (Machine is { } machine)
        {
            machine.Queue(run);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => run.Run(), null);
        }
    }

    protected override void Shutdown()
    {
    }
}
