using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Ports;

/// <summary>
/// A device that generates chains, encodes items and measures users. One dedicated thread; calls are queued and answered in order; tasks complete on the
/// thread pool. A cancelled call ends between two decoding steps.
/// </summary>
public interface IRolloutEngine : IAsyncDisposable
{
    /// <summary>Digest of the weights that it holds now, computed from the tensors themselves; null before the first load.</summary>
    Digest? Held { get; }

    /// <summary>Digest of the item table that it holds now; null before the first.</summary>
    Digest? HeldTable { get; }

    /// <summary>Takes over the policy whose exported tensors stand in a safetensors file, and answers with the digest of what it then holds.</summary>
    Task<Digest> LoadPolicyAsync(string path, CancellationToken stop);

    /// <summary>
    /// Loads a later version of the policy beside the one held, while that works on. A bundle with a version goes over to it before its next token and does not
    /// look back; until then the engine holds what it held. One that was staged before and not taken gives way, a later one excepted.
    /// </summary>
    /// <exception cref="InputException">The file cannot be read; nothing is changed then.</exception>
    Task StageAsync(PolicyVersion later, string path, CancellationToken stop);

    /// <summary>Takes over an item table: float32, row-major, (N + 1) × H little-endian, row 0 padding.</summary>
    Task<Digest> LoadTableAsync(ReadOnlyMemory<byte> table, CancellationToken stop);

    /// <summary>Hidden states at the marker of item prompts, not normalised: float32, row-major, items × H, little-endian.</summary>
    Task<byte[]> EncodeAsync(EncodeBundle bundle, CancellationToken stop);

    /// <summary>
    /// Generates and scores a bundle's groups with the policy and table held. One with a version says by it which the policy held is, and may end under a later
    /// one: what was written so far is computed anew under its weights, the next tokens are drawn from it with the noise of their places.
    /// </summary>
    Task<IReadOnlyList<GroupRollout>> GenerateAsync(RolloutBundle bundle, CancellationToken stop);

    /// <summary>Ranks the catalogue for each of a bundle's users.</summary>
    Task<IReadOnlyList<MeasuredUser>> MeasureAsync(EvaluationBundle bundle, CancellationToken stop);
}
