using R2ec.Distributed.Model.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Generation;

/// <summary>
/// Keys and values of a bundle's rows, allocated once. A prompt is computed once and copied to each of its completions; what is generated stands in the same
/// column for all rows, behind the widest prompt, so that a step writes one slice. Shapes: R rows, Hkv heads, C capacity, D head size.
/// </summary>
internal sealed class DecodeCache : IKeyValueStore, IDisposable
{
    /// <summary>Added to the score of a padded column: finite, so that no row can give NaN.</summary>
    private const float Unseen = -1e30f;

    private readonly int _group;
    private readonly int _promptWidth;
    private Tensor[] _keys_RHCD;
    private Tensor[] _values_RHCD;
    private Tensor _visible_R11C;
    private Tensor _start_R1;
    private int _column;

    /// <summary>Allocates the cache.</summary>
    /// <param name="config">The policy's architecture.</param>
    /// <param name="lengths">Tokens of each prompt.</param>
    /// <param name="group">Completions of each prompt.</param>
    /// <param name="promptWidth">Tokens of the widest prompt.</param>
    /// <param name="newTokens">Most tokens that are fed behind the prompts.</param>
    /// <param name="dtype">Compute type.</param>
    /// <param name="device">Where the cache lives.</param>
    public DecodeCache(BackboneConfig config, int[] lengths, int group, int promptWidth, int newTokens, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        _group = group;
        _promptWidth = promptWidth;
        var rows = lengths.Length * group;
        var capacity = promptWidth + newTokens;
        long[] shape = [rows, config.KeyHeadCount, capacity, config.HeadSize];
        _keys_RHCD = [.. Enumerable.Range(0, config.LayerCount).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
        _values_RHCD = [.. Enumerable.Range(0, config.LayerCount).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
        var unseen = new float[rows * capacity];
        for (var row = 0; row < rows; row++)
        {
            unseen.AsSpan((row * capacity) + lengths[row / group], promptWidth - lengths[row / group]).Fill(Unseen);
        }

        _visible_R11C = tensor(unseen, [rows, 1, 1, capacity], device: device).to_type(dtype).DetachFromDisposeScope();
        _start_R1 = tensor(Enumerable.Range(0, rows).Select(row => (long)lengths[row / group]).ToArray(), [rows, 1], device: device).DetachFromDisposeScope();
        _column = -1;
    }

    /// <summary>Positions of the next token of each row. [R, 1]; the caller owns it.</summary>
    public Tensor Positions() => _start_R1 + Math.Max(_column, 0);

    /// <summary>What the next token of each row sees. [R, 1, 1, S]; the caller owns it.</summary>
    public Tensor Visible() => _visible_R11C.narrow(3, 0, _promptWidth + Math.Max(_column, 0) + 1);

    /// <summary>From here on one token of every row is fed at a time.</summary>
    public void Begin() => _column = 0;

    /// <summary>The token just fed is behind us.</summary>
    public void Advance() => _column++;

    /// <summary>Keeps these rows only, in this order.</summary>
    public void Keep(IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows.Select(row => (long)row).ToArray(), device: _start_R1.device);
        _keys_RHCD = [.. _keys_RHCD.Select(held => Replaced(held, index))];
        _values_RHCD = [.. _values_RHCD.Select(held => Replaced(held, index))];
        _visible_R11C = Replaced(_visible_R11C, index);
        _start_R1 = Replaced(_start_R1, index);
    }

    /// <inheritdoc/>
    public (Tensor Keys, Tensor Values) Extend(int layer, Tensor keys_BHTD, Tensor values_BHTD)
    {
        if (_column < 0)
        {
            Spread(_keys_RHCD[layer], keys_BHTD);
            Spread(_values_RHCD[layer], values_BHTD);
            return (keys_BHTD, values_BHTD);
        }

        var at = _promptWidth + _column;
        return (Written(_keys_RHCD[layer], keys_BHTD, at), Written(_values_RHCD[layer], values_BHTD, at));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var held in _keys_RHCD.Concat(_values_RHCD))
        {
            held.Dispose();
        }

        _visible_R11C.Dispose();
        _start_R1.Dispose();
    }

    private static Tensor Replaced(Tensor held, Tensor index)
    {
        var kept = held.index_select(0, index).DetachFromDisposeScope();
        held.Dispose();
        return kept;
    }

    private static Tensor Written(Tensor held_RHCD, Tensor new_RH1D, int at)
    {
        using var place = held_RHCD.narrow(2, at, 1);
        place.copy_(new_RH1D);
        return held_RHCD.narrow(2, 0, at + 1);
    }

    private void Spread(Tensor held_RHCD, Tensor prompt_BHPD)
    {
        using var scope = NewDisposeScope();
        var (prompts, heads, width, size) = (prompt_BHPD.size(0), prompt_BHPD.size(1), prompt_BHPD.size(2), prompt_BHPD.size(3));
        held_RHCD.view(prompts, _group, heads, -1, size).narrow(3, 0, width).copy_(prompt_BHPD.unsqueeze(1));
    }
}
