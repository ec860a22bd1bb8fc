namespace R2ec.Distributed.Core.Identity;

/// <summary>Bytes that travel beside the messages: what they are, how many there are, and who serves them.</summary>
/// <param name="Digest">SHA-256 of the bytes.</param>
/// <param name="LengthBytes">Their number.</param>
/// <param name="Holder">Address of a holder on the bulk channel; empty for the same process.</param>
public sealed record BlobRef(Digest Digest, long LengthBytes, string Holder);
