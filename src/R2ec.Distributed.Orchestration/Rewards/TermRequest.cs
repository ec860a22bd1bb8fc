using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>One completion that is to be valued.</summary>
/// <param name="Run">The run.</param>
/// <param name="Attempt">How often its bundle was given out for rewards.</param>
/// <param name="Group">Its group.</param>
/// <param name="Completion">Its place in the group, from 0.</param>
internal sealed record TermRequest(RunId Run, Attempt Attempt, GroupRollout Group, int Completion)
{
    /// <summary>The chain.</summary>
    internal Completion Chain => Group.Completions[Completion];

    /// <summary>Its name within the run: step/group/completion.</summary>
    internal string Id => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Group.Group.Step}/{Group.Group.Index}/{Completion}");
}
