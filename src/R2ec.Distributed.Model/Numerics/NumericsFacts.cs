using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Numerics;

/// <summary>What fixes the bits of a run on this machine: two runs of the same spec are equal where all of these are.</summary>
public static partial class NumericsFacts
{
    /// <summary>Raised whenever the same spec may give other bits than with the version before.</summary>
    public const string NumericsVersion = "1";

    /// <summary>The facts by name, in a fixed order.</summary>
    /// <param name="threads">Intra-op threads of every thread that touches tensors.</param>
    /// <param name="dtype">What the model computes in.</param>
    /// <param name="optimizerKernel">Name of the optimizer's kernel: <c>AdamW.Kernel</c>.</param>
    public static IReadOnlyDictionary<string, string> Read(int threads, ScalarType dtype, string optimizerKernel)
    {
        NativeRuntime.Prepare();
        return new OrderedDictionary<string, string>
        {
            ["numerics_version"] = NumericsVersion,
            ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            ["instruction_sets"] = InstructionSets(),
            ["mkl_cbwr"] = Variable("MKL_CBWR"),
            ["aten_cpu_capability"] = Variable("ATEN_CPU_CAPABILITY"),
            ["libtorch"] = __version__,
            ["torchsharp"] = Version(typeof(torch).Assembly),
            ["libc"] = LibcVersion(),
            ["threads"] = threads.ToString(),
            ["dtype"] = dtype.ToString().ToLowerInvariant(),
            ["optimizer_kernel"] = optimizerKernel,
        };
    }

    private static string InstructionSets()
    {
        (string Name, bool Here)[] sets =
        [
            ("avx2", Avx2.IsSupported), ("fma", Fma.IsSupported), ("avx512f", Avx512F.IsSupported), ("avx512bw", Avx512BW.IsSupported),
            ("avx512vbmi", Avx512Vbmi.IsSupported), ("avx10v1", Avx10v1.IsSupported), ("asimd", AdvSimd.IsSupported), ("dotprod", Dp.IsSupported),
        ];
        return string.Join(' ', sets.Where(set => set.Here).Select(set => set.Name));
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : "default";

    private static string Version(Assembly assembly)
    {
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString() ?? "unknown";
        return version.Split('+')[0];
    }

    private static string LibcVersion()
    {
        if (!OperatingSystem.IsLinux())
        {
            return RuntimeInformation.OSDescription;
        }

        try
        {
            return "glibc " + (Marshal.PtrToStringUTF8(ReadLibcVersion()) ?? "unknown");
        }
        catch (EntryPointNotFoundException)
        {
            return "not glibc";
        }
    }

    [LibraryImport("libc", EntryPoint = "gnu_get_libc_version")]
    private static partial IntPtr ReadLibcVersion();
}
