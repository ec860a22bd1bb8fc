using R2ec.Distributed.Model.Native;
using R2ec.Distributed.Model.Numerics;
using R2ec.Distributed.Model.Optimizers;
using TorchSharp;

namespace R2ec.Distributed.Model.Engines;

/// <summary>What a run's device and bits are on this machine, for callers that know no tensors.</summary>
public static class RunNumerics
{
    /// <summary>A device's name with "auto" made definite: the first GPU that libtorch sees, else the CPU.</summary>
    public static string Device(string asked)
    {
        NativeRuntime.Prepare();
        return asked != "auto" ? asked : torch.cuda.is_available() ? "cuda:0" : "cpu";
    }

    /// <summary>What fixes the bits of a run here, by name.</summary>
    public static IReadOnlyDictionary<string, string> Of(PolicyContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return NumericsFacts.Read(context.Spec.Numerics.Threads, context.DType, AdamW.Kernel);
    }
}
