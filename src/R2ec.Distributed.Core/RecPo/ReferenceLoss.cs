namespace R2ec.Distributed.Core.RecPo;

/// <summary>A loss with its gradient by each of its inputs.</summary>
/// <param name="Loss">The value to minimise.</param>
/// <param name="Gradient">Rows as the input's.</param>
public sealed record ReferenceLoss(double Loss, double[][] Gradient);
