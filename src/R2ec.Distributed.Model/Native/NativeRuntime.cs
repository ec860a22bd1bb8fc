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
    /// <summary>Blocks from 1 MiB up get pages of their own: glibc does not reuse the aligned holes that libtorch leaves, and a process grows with each step.</summary>
    private const int MemoryMapThreshold = -3;

    private const int MemoryMapThresholdBytes = 1 << 20;

    /// <summary>glibc's largest threshold: for small models whose tensors of a few MiB would else be mapped, cleared and unmapped at every operation.</summary>
    private const int SmallModelMapThresholdBytes = 1 << 25;

    private const int TrimThreshold = -1;
    private const int TopPadding = -2;
    private const int KeptHeapBytes = 1 << 30;
    private const int HeapStepBytes = 1 << 26;

    private static readonly Lazy<bool> Prepared = new(Load);

    /// <summary>
    /// Sets MKL_CBWR (AVX2, unless set), OMP_NUM_THREADS (1) and OMP_WAIT_POLICY (PASSIVE, unless set) for native code, then loads libtorch. Idempotent and
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

    /// <summary>
    /// Keeps freed memory of tensors up to 32 MiB in the heap instead of giving it back at once. For models of a few million parameters, whose step then takes
    /// about half the time; a large model would leave holes that glibc does not fill again.
    /// </summary>
    public static void PreferHeap()
    {
        Prepare();
        SetAllocator(MemoryMapThreshold, SmallModelMapThresholdBytes);
        SetAllocator(TrimThreshold, KeptHeapBytes);
        SetAllocator(TopPadding, HeapStepBytes);
    }

    private static bool Load()
    {
        if (OperatingSystem.IsLinux() && File.ReadLines("/proc/self/maps").Any(line => line.Contains("libtorch_cpu", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException("libtorch was loaded before NativeRuntime.Prepare set its environment.");
        }

        Set("MKL_CBWR", "AVX2", overwrite: false);
        Set("OMP_NUM_THREADS", "1", overwrite: true);
        Set("OMP_WAIT_POLICY", "PASSIVE", overwrite: false);
        SetAllocator(MemoryMapThreshold, MemoryMapThresholdBytes);
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

    private static void SetAllocator(int option, int value)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SetAllocatorOption(option, value);
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
