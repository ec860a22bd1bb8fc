using R2ec.Distributed.Model.Checkpoints;

namespace R2ec.Distributed.Model.Engines;

/// <summary>Writes a policy's exported tensors, float32, in byte order of their names: the file is a function of the weights.</summary>
internal static class PolicyFile
{
    /// <summary>Writes the file beside its place and renames it.</summary>
    /// <param name="path">Where it stands afterwards.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="durable">Whether it has to survive a power cut (a checkpoint), or can be made again (a version on its way).</param>
    public static void Write(string path, TrainedPolicy policy, bool durable) => SafetensorsWriter.Write(path, policy.Tensors.Masters, durable: durable);
}
