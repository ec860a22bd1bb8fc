namespace R2ec.Distributed.Core.Spec;

/// <summary>How the teacher's chains are written.</summary>
public sealed record ChainSpec
{
}
