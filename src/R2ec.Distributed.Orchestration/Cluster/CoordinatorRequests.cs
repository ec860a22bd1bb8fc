using Akka.Actor;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>What the control of a node asks the coordinator in the same process. None of it crosses a wire.</summary>
internal static class CoordinatorRequests
{
    internal interface IRequest : INoSerializationVerificationNeeded;

    internal enum NodeChange
    {
        Drain = 0,
        Evict = 1,
        Readmit = 2,
    }

    internal static string NoRun(RunId run) => $"There is no run '{run}'; 'r2ec runs list' shows those that there are.";

    internal sealed record Submit(RunId Run, string Spec) : IRequest;

    internal sealed record Pause(RunId Run) : IRequest;

    internal sealed record Resume(RunId Run, bool AcceptOtherNumerics) : IRequest;

    internal sealed record Stop(RunId Run) : IRequest;

    internal sealed record Nodes : IRequest;

    internal sealed record NodeList(IReadOnlyList<NodeStatus> Items) : INoSerializationVerificationNeeded;

    internal sealed record Node(string Name, NodeChange Order) : IRequest;

    internal sealed record Waits(RunId Run) : IRequest;

    /// <summary>Asks a run's dispatcher, on every beat, who has leases.</summary>
    internal sealed record Leases : INoSerializationVerificationNeeded;

    internal sealed record LeaseList(IReadOnlyList<string> Workers) : INoSerializationVerificationNeeded;

    internal sealed record WaitList(IReadOnlyList<WaitFact> Items) : INoSerializationVerificationNeeded;
}
