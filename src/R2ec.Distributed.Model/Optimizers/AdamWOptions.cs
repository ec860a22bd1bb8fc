namespace R2ec.Distributed.Model.Optimizers;

/// <summary>What does not change from step to step.</summary>
public sealed record AdamWOptions
{
    /// <summary>Decay of the mean of gradients.</summary>
    /// <value>In [0, 1). Default 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean of squared gradients.</summary>
    /// <value>In [0, 1). Default 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean square, so that a step stays finite.</summary>
    /// <value>Above 0. Default 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Parameters are multiplied by 1 − rate × this before a step.</summary>
    /// <value>At least 0. Default 0.</value>
    public double WeightDecay { get; init; }

    /// <summary>Whether norms and biases, all tensors of one dimension, are left out of the decay.</summary>
    public bool DecayOnlyMatrices { get; init; }
}
