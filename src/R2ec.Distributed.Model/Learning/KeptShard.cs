using System.Runtime.InteropServices;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Engines;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Learning;

/// <summary>
/// A shard between its two phases: vectors handed up, graphs kept (or, with learning.recompute, only what is needed to run the same forward pass again, which
/// gives the same bits). Shapes: R completions, I items, H hidden.
/// </summary>
internal sealed class KeptShard : IDisposable
{
    private readonly PolicyContext _context;
    private readonly Backbone _backbone;
    private readonly List<ShardPass?> _passes = [];
    private readonly List<byte[]> _users = [];
    private readonly IReadOnlyList<IReadOnlyList<TrainedGroup>> _parts;
    private Tensor? _items_IH;
    private byte[] _itemBytes = [];
    private double _tokenPart;
    private int _clipped;

    private KeptShard(PolicyContext context, Backbone backbone, ShardOrder order)
    {
        _context = context;
        _backbone = backbone;
        Order = order;
        var size = context.Spec.Learning.MicroBatch == 0 ? Math.Max(1, order.Groups.Count) : context.Spec.Learning.MicroBatch;
        _parts = [.. order.Groups.Chunk(size)];
    }

    /// <summary>What was ordered.</summary>
    public ShardOrder Order { get; }

    /// <summary>Phase one.</summary>
    public static KeptShard Run(PolicyContext context, Backbone backbone, ShardOrder order, CancellationToken stop)
    {
        var shard = new KeptShard(context, backbone, order);
        try
        {
            shard.Forward(stop);
            return shard;
        }
        catch
        {
            shard.Dispose();
            throw;
        }
    }

    /// <summary>What goes up to the learner.</summary>
    public ShardForward Handed() => new(Order.Shard, [.. _users.SelectMany(bytes => bytes)], _itemBytes, _tokenPart, _clipped);

    /// <summary>Phase two: gradients are added to the policy's leaves.</summary>
    /// <param name="userGradients">float32, R × H.</param>
    /// <param name="itemGradients">float32, I × H.</param>
    /// <param name="token">Whether the token part goes backward.</param>
    /// <param name="vectors">Whether the vector gradients go backward.</param>
    /// <param name="again">Whether the graphs are needed once more.</param>
    /// <param name="stop">Ends it between two micro-batches.</param>
    public void Backward(byte[] userGradients, byte[] itemGradients, bool token, bool vectors, bool again, CancellationToken stop)
    {
        var row = 0;
        for (var part = 0; part < _parts.Count; part++)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var pass = _passes[part] ?? Pass(part);
            var rows = (int)pass.Users_RH.size(0);
            var loss = token ? pass.TokenPart : zeros([], pass.TokenPart.dtype, pass.TokenPart.device);
            if (vectors)
            {
                loss = loss + (pass.Users_RH * Vectors(userGradients, row, rows)).sum();
            }

            if (loss.requires_grad)
            {
                loss.backward(null, again && _passes[part] is not null, false, null);
            }

            row += rows;
            if (_passes[part] is null)
            {
                pass.Dispose();
            }
        }

        if (vectors && Order.Items.Count > 0)
        {
            using var scope = NewDisposeScope();
            using var encoded = _items_IH is null ? Encoded() : null;
            ((_items_IH ?? encoded!) * Vectors(itemGradients, 0, Order.Items.Count)).sum().backward();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pass in _passes)
        {
            pass?.Dispose();
        }

        _items_IH?.Dispose();
    }

    private void Forward(CancellationToken stop)
    {
        var keep = !_context.Spec.Learning.Recompute;
        using var quiet = keep ? null : no_grad();
        for (var part = 0; part < _parts.Count; part++)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var pass = Pass(part);
            _users.Add(Bytes(pass.Users_RH));
            _tokenPart += pass.TokenPart.ToDouble();
            _clipped += pass.ClippedCount;
            _passes.Add(keep ? pass : null);
            if (!keep)
            {
                pass.Dispose();
            }
        }

        if (Order.Items.Count > 0)
        {
            var items = Encoded();
            _itemBytes = Bytes(items);
            _items_IH = keep ? items : null;
            if (!keep)
            {
                items.Dispose();
            }
        }
    }

    private ShardPass Pass(int part)
    {
        var groups = _parts[part];
        return ShardPass.Run(_backbone, groups, [.. groups.Select(group => _context.Book.Prompt(group.Sample))], _context.Spec.Recpo);
    }

    private Tensor Encoded()
    {
        using var scope = NewDisposeScope();
        var prompts = Order.Items.Select(_context.Book.ItemPrompt).ToArray();
        return GroupedForward.LastHidden(_backbone, prompts).to_type(ScalarType.Float32).MoveToOuterDisposeScope().DetachFromDisposeScope();
    }

    private Tensor Vectors(byte[] gradients, int firstRow, int rows)
    {
        var hidden = (int)_context.Config.HiddenSize;
        var values = MemoryMarshal.Cast<byte, float>(gradients).Slice(firstRow * hidden, rows * hidden).ToArray();
        return tensor(values, [rows, hidden], device: _context.Device);
    }

    private static byte[] Bytes(Tensor vectors)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return vectors.detach().to_type(ScalarType.Float32).cpu().contiguous().bytes.ToArray();
    }
}
