namespace R2ec.Distributed.Core.Spec;

/// <summary>How users and items are put into words.</summary>
public sealed record PromptSpec
{
}
