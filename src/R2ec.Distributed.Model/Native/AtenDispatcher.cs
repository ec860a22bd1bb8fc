using System.Runtime.InteropServices;
using R2ec.Distributed.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Native;

/// <summary>
/// libtorch's stable C entry point to its operators, for what TorchSharp lacks. An operator's arguments are 8-byte cells: a tensor is an owned handle (so
/// a fresh one is made for each call), a list an owned list of cells, an absent optional 0 and a present one a cell from malloc that libtorch frees.
/// Errors are codes, they never end the process.
/// </summary>
internal static unsafe class AtenDispatcher
{
    private static readonly Entries Native = Entries.Load();

    /// <summary>Calls an operator that returns one tensor; <paramref name="stack"/> holds its arguments in the order of its schema.</summary>
    public static Tensor Call(ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload, Span<ulong> stack)
    {
        Run(name, overload, stack);
        return Tensor.UnsafeCreateTensor((IntPtr)stack[0]);
    }

    /// <summary>Calls an operator that works in place and returns nothing.</summary>
    public static void Run(ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload, Span<ulong> stack)
    {
        // Literals in UTF-8 are stored with a zero byte behind them.
        fixed (byte* operation = name)
        fixed (byte* variant = overload)
        fixed (ulong* cells = stack)
        {
            var empty = (byte)0;
            if (Native.Call(operation, overload.IsEmpty ? &empty : variant, cells) != 0)
            {
                throw new InvalidOperationException($"libtorch refused the operator {System.Text.Encoding.UTF8.GetString(name)}; its reason stands on standard error.");
            }
        }
    }

    /// <summary>An argument of type Tensor.</summary>
    public static ulong Cell(Tensor tensor)
    {
        IntPtr fresh;
        Check(Native.NewHandle(tensor.Handle, &fresh));
        GC.KeepAlive(tensor);
        return (ulong)fresh;
    }

    /// <summary>An argument of type float.</summary>
    public static ulong Cell(double value) => BitConverter.DoubleToUInt64Bits(value);

    /// <summary>An argument of type bool.</summary>
    public static ulong Cell(bool value) => value ? 1UL : 0UL;

    /// <summary>An argument of type Tensor?.</summary>
    public static ulong Optional(Tensor? tensor) => tensor is null ? 0 : Present(Cell(tensor));

    /// <summary>An argument of type float?.</summary>
    public static ulong Optional(double? value) => value is { } number ? Present(Cell(number)) : 0;

    /// <summary>An argument of type int[].</summary>
    public static ulong List(long value)
    {
        var list = NewList(1);
        Check(Native.PushBack(list, (ulong)value));
        return (ulong)list;
    }

    /// <summary>An argument of type Tensor[].</summary>
    public static ulong List(IReadOnlyList<Tensor> tensors)
    {
        var list = NewList(tensors.Count);
        for (var i = 0; i < tensors.Count; i++)
        {
            Check(Native.PushBack(list, Cell(tensors[i])));
        }

        return (ulong)list;
    }

    /// <summary>Where a tensor's numbers stand.</summary>
    public static byte* DataPointer(Tensor tensor)
    {
        void* pointer;
        Check(Native.DataPointer(tensor.Handle, &pointer));
        GC.KeepAlive(tensor);
        return (byte*)pointer;
    }

    /// <summary>A tensor over memory that someone else owns and that must outlive it.</summary>
    public static Tensor Over(byte* memory, ReadOnlySpan<long> shape, ScalarType type)
    {
        Span<long> strides = stackalloc long[shape.Length];
        for (long i = shape.Length - 1, step = 1; i >= 0; step *= shape[(int)i], i--)
        {
            strides[(int)i] = step;
        }

        IntPtr handle;
        fixed (long* sizes = shape)
        fixed (long* steps = strides)
        {
            Check(Native.FromBlob(memory, shape.Length, sizes, steps, 0, (int)type, 0, -1, &handle));
        }

        return Tensor.UnsafeCreateTensor(handle);
    }

    private static ulong Present(ulong value)
    {
        var cell = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *cell = value;
        return (ulong)cell;
    }

    private static IntPtr NewList(int capacity)
    {
        IntPtr list;
        Check(Native.NewList((nuint)capacity, &list));
        return list;
    }

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException("libtorch refused a call of its stable interface; its reason stands on standard error.");
        }
    }

    private readonly struct Entries
    {
        public required delegate* unmanaged[Cdecl]<byte*, byte*, ulong*, int> Call { get; init; }

        public required delegate* unmanaged[Cdecl]<IntPtr, IntPtr*, int> NewHandle { get; init; }

        public required delegate* unmanaged[Cdecl]<nuint, IntPtr*, int> NewList { get; init; }

        public required delegate* unmanaged[Cdecl]<IntPtr, ulong, int> PushBack { get; init; }

        public required delegate* unmanaged[Cdecl]<IntPtr, void**, int> DataPointer { get; init; }

        public required delegate* unmanaged[Cdecl]<void*, long, long*, long*, long, int, int, int, IntPtr*, int> FromBlob { get; init; }

        public static Entries Load()
        {
            NativeRuntime.Prepare();
            var name = OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
            if (!NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, name), out var library) && !NativeLibrary.TryLoad(name, out library))
            {
                throw new InputException($"{name} is not in {AppContext.BaseDirectory}: build again with `dotnet build`.");
            }

            return new Entries
            {
                Call = (delegate* unmanaged[Cdecl]<byte*, byte*, ulong*, int>)NativeLibrary.GetExport(library, "aoti_torch_call_dispatcher"),
                NewHandle = (delegate* unmanaged[Cdecl]<IntPtr, IntPtr*, int>)NativeLibrary.GetExport(library, "aoti_torch_new_tensor_handle"),
                NewList = (delegate* unmanaged[Cdecl]<nuint, IntPtr*, int>)NativeLibrary.GetExport(library, "torch_new_list_reserve_size"),
                PushBack = (delegate* unmanaged[Cdecl]<IntPtr, ulong, int>)NativeLibrary.GetExport(library, "torch_list_push_back"),
                DataPointer = (delegate* unmanaged[Cdecl]<IntPtr, void**, int>)NativeLibrary.GetExport(library, "aoti_torch_get_data_ptr"),
                FromBlob = (delegate* unmanaged[Cdecl]<void*, long, long*, long*, long, int, int, int, IntPtr*, int>)NativeLibrary.GetExport(
                    library, "aoti_torch_create_tensor_from_blob"),
            };
        }
    }
}
