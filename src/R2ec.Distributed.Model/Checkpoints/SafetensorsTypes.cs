using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>The names of element types in a safetensors header, their sizes, and libtorch's names for them.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Bytes)[] Known =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("BF16", ScalarType.BFloat16, 2), ("F16", ScalarType.Float16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    public static string Names { get; } = string.Join(", ", Known.Select(known => known.Name));

    public static bool TryFind(string? name, out ScalarType type, out int bytes)
    {
        foreach (var known in Known)
        {
            if (known.Name == name)
            {
                (type, bytes) = (known.Type, known.Bytes);
                return true;
            }
        }

        (type, bytes) = (default, 0);
        return false;
    }

    public static (string Name, int Bytes) Of(ScalarType type)
    {
        foreach (var known in Known)
        {
            if (known.Type == type)
            {
                return (known.Name, known.Bytes);
            }
        }

        throw new ArgumentOutOfRangeException(nameof(type), type, $"A safetensors file can hold {Names}.");
    }
}
