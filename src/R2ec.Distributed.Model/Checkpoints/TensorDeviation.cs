namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>How far one computed tensor is from its reference.</summary>
/// <param name="Name">The reference's name.</param>
/// <param name="Largest">Largest absolute difference; NaN where something was not a number.</param>
/// <param name="Tolerance">The largest that passes.</param>
public sealed record TensorDeviation(string Name, double Largest, double Tolerance)
{
    /// <summary>Whether it is within its tolerance.</summary>
    public bool Passes => Largest <= Tolerance;
}
