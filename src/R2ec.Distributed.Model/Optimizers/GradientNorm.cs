using System.Runtime.Intrinsics;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Optimizers;

/// <summary>The L2 norm over all gradients, summed in double in an order that is the same on every machine.</summary>
internal static class GradientNorm
{
    public static double Of(IEnumerable<Tensor> gradients) => Math.Sqrt(gradients.Sum(SumOfSquares));

    private static double SumOfSquares(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var plain = gradient.detach().cpu().contiguous();
        var sum = plain.dtype switch
        {
            ScalarType.Float32 => SumOfSquares(TensorMemory.Numbers<float>(plain)),
            ScalarType.Float64 => SumOfSquares(TensorMemory.Numbers<double>(plain)),
            _ => throw new ArgumentException($"Gradients are float32 or float64 here, not {plain.dtype}.", nameof(gradient)),
        };
        GC.KeepAlive(plain);
        return sum;
    }

    /// <summary>Eight running sums, number i in sum i mod 8: a fixed order, whatever the width of the machine's vectors.</summary>
    private static double SumOfSquares(ReadOnlySpan<float> numbers)
    {
        Vector256<double> low = default, high = default;
        var i = 0;
        for (; i + Vector256<float>.Count <= numbers.Length; i += Vector256<float>.Count)
        {
            var (first, second) = Vector256.Widen(Vector256.Create(numbers.Slice(i, Vector256<float>.Count)));
            low += first * first;
            high += second * second;
        }

        return Vector256.Sum(low) + Vector256.Sum(high) + Rest(numbers[i..]);
    }

    private static double SumOfSquares(ReadOnlySpan<double> numbers)
    {
        var sum = 0.0;
        foreach (var number in numbers)
        {
            sum += number * number;
        }

        return sum;
    }

    private static double Rest(ReadOnlySpan<float> numbers)
    {
        var sum = 0.0;
        foreach (double number in numbers)
        {
            sum += number * number;
        }

        return sum;
    }
}
