namespace R2ec.Distributed.Model.Tokenization;

/// <summary>Finds the answer marker in one chain while it is written. A mutable struct: keep it in a field or an array, not in a copy.</summary>
/// <remarks>Works on the tokens' bytes, so that any tokenisation of the marker counts, as in <c>.&lt;</c> <c>answer</c> <c>&gt;</c>.</remarks>
public struct MarkerScanner
{
    private readonly AnswerMarker _marker;
    private int _state;

    internal MarkerScanner(AnswerMarker marker) => _marker = marker;

    /// <summary>Whether the chain contains the marker.</summary>
    public readonly bool Found => _marker is not null && _state == _marker.FoundState;

    /// <summary>Takes the chain's next token. True when the chain now contains the marker, and from then on.</summary>
    public bool Append(int token)
    {
        _state = _marker.Advance(_state, token);
        return Found;
    }
}
