namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>The item part's gradient of a shard's vectors.</summary>
/// <param name="Users">float32, completions × H.</param>
/// <param name="Items">float32, items of the shard × H.</param>
public sealed record VectorGradients(byte[] Users, byte[] Items);
