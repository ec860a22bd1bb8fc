using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using R2ec.Distributed.Core;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Native;

/// <summary>
/// Brings libtorch into the process in the one way that fixes its bits: environment first, then the library. Everything that touches a tensor calls
/// <see cref="Prepare"/> before, and <see cref="ConfigureThread"/> once in each of its threads.
/// </summary>
public static partial class NativeRuntime
{
    /// <summary>
    /// glibc's options that keep a training process flat and fast: one arena for all threads (what one frees another takes), blocks from 32 MiB up get
    /// pages of their own (holes of that size would not be taken again), and the heap is neither trimmed nor grown in small pieces between operators.
    /// Measured on SmolLM2-135M: with pages of their own from 1 MiB up a step costs 1.2 to 3 times the processor time, in page faults.
    /// </summary>
    private static readonly (int Option, int Value)[] AllocatorOptions = [(-8, 1), (-3, 32 << 20), (-1, 1_000_000_000), (-2, 64 << 20)];

    private static readonly Lazy<bool> Prepared = new(Load);

    /// <summary>
    /// Sets MKL_CBWR (AVX2,STRICT, unless set), OMP_NUM_THREADS (1) and OMP_WAIT_POLICY (PASSIVE, unless set) for native code, then loads libtorch. Idempotent and
    /// safe from any thread.
    /// </summary>
    /// <exception cref="InputException">libtorch cannot be loaded: the message says what is missing and what to do.</exception>
    /// <exception cref="InvalidOperationException">libtorch was loaded by someone else before: its environment came too late.</exception>
    public static void Prepare() => _ = Prepared.Value;

    /// <summary>Sets the number of intra-op threads of the calling thread; it is part of the bits, so it must follow from the resolved spec.</summary>
    /// <param name="threads">Count, at least 1.</param>
    public static void ConfigureThread(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Prepare();
        set_num_threads(threads);
    }

    private static bool Load()
    {
        if (OperatingSystem.IsLinux() && File.ReadLines("/proc/self/maps").Any(line => line.Contains("libtorch_cpu", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException("libtorch was loaded before NativeRuntime.Prepare set its environment.");
        }

        if (typeof(TorchSharp.torch).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true, IsJITTrackingEnabled: true })
        {
            throw new InputException(
                $"TorchSharp.dll in {AppContext.BaseDirectory} is the package's own: its optimised code may free a number before libtorch has read it, and then the "
                + "bits are anyone's guess. The build puts a copy there that holds its arguments: build again with `dotnet build`.");
        }

        Set("MKL_CBWR", "AVX2,STRICT", overwrite: false);
        Set("OMP_NUM_THREADS", "1", overwrite: true);
        Set("OMP_WAIT_POLICY", "PASSIVE", overwrite: false);
        SettleAllocator();
        try
        {
            Touch();
        }
        catch (Exception cause) when (cause is DllNotFoundException or BadImageFormatException or TypeInitializationException or NotSupportedException
            or FileNotFoundException)
        {
            throw new InputException(Describe(cause), cause);
        }

        return true;
    }

    /// <summary>Loads the library by its path first, because the loader's own message is lost once TorchSharp searches for it.</summary>
    private static void Touch()
    {
        if (OperatingSystem.IsLinux())
        {
            NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));
        }

        InitializeDeviceType(TorchSharp.DeviceType.CPU);
        set_num_threads(1);
        set_num_interop_threads(1);
    }

    private static string Describe(Exception cause)
    {
        var reason = (cause.InnerException ?? cause).Message;
        var remedy = reason switch
        {
            _ when reason.Contains("GLIBCXX", StringComparison.Ordinal) =>
                "this machine's libstdc++ is older than the one of the build: build here (the build makes the library loadable), or install libstdc++ of GCC 13 or newer",
            _ when reason.Contains("GLIBC_", StringComparison.Ordinal) => "this machine's C library is too old: Debian 12, Ubuntu 22.04 or newer is needed",
            _ => $"libLibTorchSharp.so and the libtorch libraries must stand in {AppContext.BaseDirectory}: build again with `dotnet build`",
        };
        var detail = reason.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Contains(".so", StringComparison.Ordinal)) ?? reason.Split('\n')[0];
        return $"libtorch, which computes the model, cannot be loaded ({detail}); {remedy}.";
    }

    private static void Set(string name, string value, bool overwrite)
    {
        if (!overwrite && Environment.GetEnvironmentVariable(name) is { Length: > 0 })
        {
            return;
        }

        // The managed call alone does not reach native code on Unix; the native one alone is not seen by the managed side.
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows())
        {
            _ = SetNativeVariable(name, value, 1);
        }
    }

    private static void SettleAllocator()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            foreach (var (option, value) in AllocatorOptions)
            {
                _ = SetAllocatorOption(option, value);
            }
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc: it has neither the option nor the defect.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNativeVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocatorOption(int option, int value);
}
