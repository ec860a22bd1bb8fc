using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Generation;

/// <summary>
/// A bundle's rows on the device while they are written: the policy that writes now, what it has computed of them, and which go on. Tensors that it hands
/// out belong to the dispose scope of the caller. Shapes: R rows in the cache, V vocabulary, H hidden.
/// </summary>
internal sealed class ChainWriting : IDisposable
{
    /// <summary>Below this many rows nothing is gained by letting finished rows leave.</summary>
    private const int FewRows = 8;

    private readonly IReadOnlyList<int[]> _prompts;
    private readonly int _group;
    private readonly ChainRow[] _rows;
    private readonly int _newTokens;
    private Backbone _writer;
    private DecodeCache? _cache;
    private bool _isNew;

    /// <summary>Rows of which nothing is computed yet.</summary>
    /// <param name="writer">The policy that begins.</param>
    /// <param name="prompts">Token rows.</param>
    /// <param name="group">Completions of each.</param>
    /// <param name="rows">Prompt by prompt, completion by completion.</param>
    /// <param name="newTokens">Most tokens of a chain.</param>
    public ChainWriting(Backbone writer, IReadOnlyList<int[]> prompts, int group, ChainRow[] rows, int newTokens)
    {
        (_writer, _prompts, _group, _rows, _newTokens) = (writer, prompts, group, rows, newTokens);
        Alive = [.. Enumerable.Range(0, rows.Length)];
        Users_RH = zeros([rows.Length, writer.Config.HiddenSize], ScalarType.Float32, writer.Device).DetachFromDisposeScope();
    }

    /// <summary>For each row in the cache which one it is; -1 where it has ended.</summary>
    public int[] Alive { get; private set; }

    /// <summary>Hidden state at the last token of each row that has ended. float32.</summary>
    public Tensor Users_RH { get; }

    /// <summary>Computes the prompts, each once for all its completions, and hands out the state at each one's last token. [prompts, H].</summary>
    public Tensor Begin() => Prefill(_prompts, _group, _newTokens);

    /// <summary>Computes the newest token of every row, and keeps the states of those whose last it was. [R, H]; null where no row goes on.</summary>
    public Tensor? Feed()
    {
        var fed = tensor(Alive.Select(row => row < 0 ? 0L : _rows[row].Next).ToArray(), [Alive.Length, 1], device: _writer.Device);
        var hidden = _writer.Forward(fed, _cache!.Positions(), _cache, _cache.Visible(), null).squeeze(1);
        Capture(hidden);
        return Array.TrueForAll(Alive, row => row < 0) ? null : hidden;
    }

    /// <summary>
    /// Another policy goes on from here: what the rows hold so far, prompt and chain, is computed anew under its weights. No state of the one before
    /// is used again; those that ended have theirs from it. [R, H], the state at each row's newest token.
    /// </summary>
    public Tensor GoOver(LaterPolicy later)
    {
        _writer = later.Backbone;
        Alive = [.. Alive.Where(row => row >= 0)];
        foreach (var row in Alive)
        {
            _rows[row].GoOver(later.Version);
        }

        int[][] written = [.. Alive.Select(row => _rows[row].Tokens)];
        return Prefill([.. Alive.Zip(written, (row, tokens) => (int[])[.. _prompts[row / _group], .. tokens])], 1, _newTokens - written[0].Length);
    }

    /// <summary>Scores of the vocabulary. float32 on the CPU, [places, V].</summary>
    /// <param name="hidden_RH">States.</param>
    /// <param name="places">Which of them, ascending.</param>
    public Tensor Logits(Tensor hidden_RH, int[] places)
    {
        var asked = places.Length == (int)hidden_RH.size(0) ? hidden_RH : hidden_RH.index_select(0, Index(places));
        return _writer.Logits(asked).to_type(ScalarType.Float32).cpu().contiguous();
    }

    /// <summary>What was fed is behind us; rows that have ended leave when half of the rows in the cache have.</summary>
    public void Advance()
    {
        if (_isNew)
        {
            _cache!.Begin();
            _isNew = false;
        }
        else
        {
            _cache!.Advance();
        }

        int[] going = [.. Enumerable.Range(0, Alive.Length).Where(at => Alive[at] >= 0)];
        if (Alive.Length > FewRows && going.Length * 2 <= Alive.Length)
        {
            _cache.Keep(going);
            Alive = [.. going.Select(at => Alive[at])];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cache?.Dispose();

    private Tensor Prefill(IReadOnlyList<int[]> rows, int group, int newTokens)
    {
        _cache?.Dispose();
        using var padded = PaddedRows.Of(rows, _writer.Device);
        _cache = new DecodeCache(_writer.Config, padded.Lengths, group, padded.Width, newTokens, _writer.DType, _writer.Device);
        _isNew = true;
        return padded.Last(_writer.Forward(padded.Ids_RT, null, _cache, null, null));
    }

    private void Capture(Tensor hidden_RH)
    {
        int[] done = [.. Enumerable.Range(0, Alive.Length).Where(at => Alive[at] >= 0 && _rows[Alive[at]].IsLast)];
        if (done.Length == 0)
        {
            return;
        }

        Users_RH.index_copy_(0, Index([.. done.Select(at => Alive[at])]), hidden_RH.index_select(0, Index(done)).to_type(ScalarType.Float32));
        foreach (var at in done)
        {
            Alive[at] = -1;
        }
    }

    private Tensor Index(int[] places) => tensor(places.Select(place => (long)place).ToArray(), device: _writer.Device);
}
