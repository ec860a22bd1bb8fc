using R2ec.Distributed.Model.Checkpoints;

namespace R2ec.Distributed.Model.Engines;

/// <summary>Writes a policy's exported tensors, float32, in byte order of their names: the file is a function of the weights and the numerics.</summary>
internal static class PolicyFile
{
    /// <summary>Writes the file beside its place and renames it.</summary>
    /// <param name="path">Where it stands afterwards.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="durable">Whether it has to survive a power cut (a checkpoint), or can be made again (a version on its way).</param>
    /// <param name="note">Stands beside <c>format: pt</c> in its header; null: nothing does.</param>
    public static void Write(string path, TrainedPolicy policy, bool durable, KeyValuePair<string, string>? note = null) => SafetensorsWriter.Write(
        path, policy.Tensors.Masters, note is { } own ? new Dictionary<string, string> { ["format"] = "pt", [own.Key] = own.Value } : null, durable: durable);
}
