using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>One machine for all tests that simulate, which therefore run one after the other, and for each mode the run to which nothing happens.</summary>
[CollectionDefinition(Name)]
public sealed class OneMachine : IDisposable, ICollectionFixture<OneMachine>
{
    /// <summary>The collection.</summary>
    public const string Name = "simulation";

    public OneMachine() => Undisturbed = ((string[])["sync", "one-step-off"]).ToDictionary(mode => mode, mode => SimSchedule.Run(Machine, 0, mode, undisturbed: true).Facts);

    internal SimMachine Machine { get; } = SimMachine.Start();

    internal IReadOnlyDictionary<string, IReadOnlyList<IRunEvent>> Undisturbed { get; }

    public void Dispose() => Machine.Dispose();
}
