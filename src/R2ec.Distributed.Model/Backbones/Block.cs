using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>One decoder block over rows [N, H] with N = B T. Borrows all its tensors.</summary>
internal sealed class Block
{
    private static readonly Scalar One = 1.0;
    private readonly BackboneConfig _config;
    private readonly int _layer;
    private readonly Tensor _inputNorm;
    private readonly Tensor _middleNorm;
    private readonly Projection _query;
    private readonly Projection _key;
    private readonly Projection _value;
    private readonly Projection _output;
    private readonly Projection _gate;
    private readonly Projection _up;
    private readonly Projection _down;

    public Block(BackboneConfig config, int layer, IReadOnlyDictionary<string, Tensor> weights, LoraAdapter? adapter)
    {
        Projection Projection(string name)
        {
            var module = ParameterNames.Module(layer, name);
            return new Projection(weights[module + ".weight"], weights.GetValueOrDefault(module + ".bias"), adapter?.Find(module), adapter?.Scale ?? 0);
        }

        (_config, _layer) = (config, layer);
        (_inputNorm, _middleNorm) = (weights[ParameterNames.InputNorm(layer)], weights[ParameterNames.MiddleNorm(layer)]);
        (_query, _key, _value, _output) = (Projection("q_proj"), Projection("k_proj"), Projection("v_proj"), Projection("o_proj"));
        (_gate, _up, _down) = (Projection("gate_proj"), Projection("up_proj"), Projection("down_proj"));
    }

    /// <summary>Rows [N, H] to rows [N, H]: fresh ones, owned by the caller, where gradients are recorded; else the rows given, changed in place.</summary>
    public Tensor Apply(Tensor x_NH, in PassState pass)
    {
        using var scope = NewDisposeScope();
        var attended_NH = Drop(Attend(Aten.RmsNorm(x_NH, _inputNorm, _config.NormEpsilon), pass), 0, pass);
        var middle_NH = pass.InPlace ? x_NH : x_NH.add(attended_NH);
        if (pass.InPlace)
        {
            x_NH.add_(attended_NH);
        }

        var fed_NH = Drop(FeedForward(Aten.RmsNorm(middle_NH, _middleNorm, _config.NormEpsilon), pass), 1, pass);
        if (!pass.InPlace)
        {
            return middle_NH.add(fed_NH).MoveToOuterDisposeScope();
        }

        x_NH.add_(fed_NH);
        return x_NH;
    }

    private Tensor Attend(Tensor x_NH, in PassState pass)
    {
        long batch = pass.Batch, count = pass.Count, size = _config.HeadSize;
        var queries_BTHD = Rotate(_query.Apply(x_NH).view(batch, count, _config.HeadCount, size), pass);
        var keys_BTKD = Rotate(_key.Apply(x_NH).view(batch, count, _config.KeyHeadCount, size), pass);
        var values_BTKD = _value.Apply(x_NH).view(batch, count, _config.KeyHeadCount, size);
        var (keys, values) = (keys_BTKD.transpose(1, 2), values_BTKD.transpose(1, 2));
        var mask = pass.Mask;
        if (pass.Store is { } store)
        {
            (keys, values) = store.Extend(_layer, keys, values);
            mask ??= Attention.Mask(null, count, keys.size(2), x_NH.dtype, x_NH.device);
        }

        var seen = Attention.Apply(queries_BTHD.transpose(1, 2), keys, values, mask);
        return _output.Apply(seen.view(batch * count, _config.HeadCount * size));
    }

    private Tensor FeedForward(Tensor x_NH, in PassState pass)
    {
        var gate_NF = _gate.Apply(x_NH);
        var up_NF = _up.Apply(x_NH);
        return _down.Apply(pass.InPlace ? gate_NF.silu_().mul_(up_NF) : gate_NF.silu().mul(up_NF));
    }

    private Tensor Drop(Tensor x_NH, int half, in PassState pass) => pass.Drop(x_NH, _layer, half);

    private Tensor Rotate(Tensor x_BTHD, in PassState pass)
    {
        var exchanged = x_BTHD.roll(_config.HeadSize / 2, 3);
        return x_BTHD.mul(pass.Cos).addcmul_(exchanged, pass.Sin, One);
    }
}
