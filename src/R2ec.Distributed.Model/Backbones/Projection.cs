using R2ec.Distributed.Model.Native;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>One linear map of a block, with its adapter where it has one. Borrows all its tensors.</summary>
internal sealed class Projection
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly LoraModule? _lora;
    private readonly double _scale;

    public Projection(Tensor weight, Tensor? bias, LoraModule? lora, double scale) => (_weight, _bias, _lora, _scale) = (weight, bias, lora, scale);

    /// <summary>y = W x + b + scale B A x, for rows x [N, in].</summary>
    public Tensor Apply(Tensor x_NI)
    {
        var y_NO = nn.functional.linear(x_NI, _weight, _bias);
        if (_lora is null)
        {
            return y_NO;
        }

        var (a_RI, b_OR) = (_lora.A, _lora.B);
        if (a_RI.dtype != x_NI.dtype)
        {
            (a_RI, b_OR) = (a_RI.to(x_NI.dtype), b_OR.to(x_NI.dtype));
        }

        var inner_NR = nn.functional.linear(x_NI, a_RI);

        // libtorch's binding takes the factor in float32: a scale that float32 rounds goes into the narrow side instead.
        return (float)_scale == _scale
            ? y_NO.addmm(inner_NR, b_OR.t(), 1, (float)_scale)
            : y_NO.addmm(inner_NR.mul(_scale), b_OR.t(), 1, 1);
    }
}
