namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>Holders in turn, without those that failed. Thread-safe.</summary>
/// <param name="holders">Those that are asked.</param>
internal sealed class HolderRota(IEnumerable<string> holders)
{
    private readonly Lock _gate = new();
    private readonly List<string> _left = [.. holders];
    private int _turn;

    /// <summary>Whose turn it is; null where nobody is left.</summary>
    public string? Next()
    {
        lock (_gate)
        {
            return _left.Count == 0 ? null : _left[_turn++ % _left.Count];
        }
    }

    /// <summary>Asks it no more.</summary>
    public void Drop(string holder)
    {
        lock (_gate)
        {
            _left.Remove(holder);
        }
    }
}
