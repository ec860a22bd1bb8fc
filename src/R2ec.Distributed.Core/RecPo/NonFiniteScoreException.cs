namespace R2ec.Distributed.Core.RecPo;

/// <summary>A score or logit is NaN or infinite: a fault of the device or of the weights. The group fails and nothing is trained on it.</summary>
public sealed class NonFiniteScoreException : Exception
{
    /// <summary>A fault with its place.</summary>
    public NonFiniteScoreException(string message)
        : base(message)
    {
    }

    /// <summary>A fault with the exception that showed it.</summary>
    public NonFiniteScoreException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A fault without a description.</summary>
    public NonFiniteScoreException()
        : base("A score is not a finite number.")
    {
    }
}
