using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>Bytes that an event names.</summary>
/// <param name="Digest">SHA-256 of the packed bytes, which is how the event names them.</param>
/// <param name="Kind">What they hold.</param>
/// <param name="Step">RL step that they belong to.</param>
/// <param name="Packed">The packed bytes.</param>
public sealed record Payload(Digest Digest, PayloadKind Kind, int Step, byte[] Packed)
{
    /// <summary>A payload of packed bytes.</summary>
    public static Payload Of(PayloadKind kind, int step, byte[] packed) => new(Digest.Of(packed), kind, step, packed);
}
