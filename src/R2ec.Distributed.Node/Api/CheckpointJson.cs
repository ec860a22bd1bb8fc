using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Node.Api;

/// <summary>The checkpoints of a run that are kept, as the API tells them.</summary>
internal static class CheckpointJson
{
    /// <summary>The file of a checkpoint that holds its policy.</summary>
    public const string PolicyFile = "policy.safetensors";

    /// <summary>Those of them that the run still needs, newest first.</summary>
    public static IEnumerable<Dictionary<string, object?>> Of(RunState state)
    {
        var kept = CheckpointRetention.Kept(state);
        return RunRecovery.Candidates(state).Where(checkpoint => kept.Contains(checkpoint.Folder)).Select(checkpoint => new Dictionary<string, object?>
        {
            ["checkpoint"] = checkpoint.Folder,
            ["stage"] = checkpoint.Position.Stage.ToString(),
            ["step"] = checkpoint.Position.Step,
            ["manifest"] = checkpoint.Manifest.Hex,
        });
    }
}
