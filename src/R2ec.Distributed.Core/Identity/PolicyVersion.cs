namespace R2ec.Distributed.Core.Identity;

/// <summary>A version of a run's policy and the weights that it is.</summary>
/// <param name="Version">RL steps that were trained up to it, from 0.</param>
/// <param name="Policy">Digest of its weights.</param>
public sealed record PolicyVersion(int Version, Digest Policy);
