using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace R2ec.Distributed.Testing;

/// <summary>A whole safetensors file in memory: just enough to read golden values, and nothing of the product's own reader.</summary>
internal sealed class SafetensorsReader
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, (string Type, int[] Shape, int Start, int End)> _tensors = new(StringComparer.Ordinal);

    public SafetensorsReader(string path)
    {
        _bytes = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(_bytes);
        var body = 8 + headerLength;
        using var header = JsonDocument.Parse(_bytes.AsMemory(8, headerLength));
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var offsets = entry.Value.GetProperty("data_offsets");
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
            _tensors[entry.Name] = (entry.Value.GetProperty("dtype").GetString()!, shape, body + offsets[0].GetInt32(), body + offsets[1].GetInt32());
        }
    }

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    public bool Has(string name) => _tensors.ContainsKey(name);

    public string Type(string name) => _tensors[name].Type;

    public int[] Shape(string name) => _tensors[name].Shape;

    /// <summary>The values of an F32 tensor, row-major.</summary>
    public float[] Singles(string name) => Values<float>(name, "F32");

    /// <summary>The values of an F64 tensor, row-major.</summary>
    public double[] Doubles(string name) => Values<double>(name, "F64");

    /// <summary>The values of an I64 or I32 tensor, row-major.</summary>
    public long[] Longs(string name) => Type(name) == "I32" ? Array.ConvertAll(Values<int>(name, "I32"), x => (long)x) : Values<long>(name, "I64");

    /// <summary>The values of a floating-point or integer tensor of any stored type, widened to double.</summary>
    public double[] Widened(string name) => Type(name) switch
    {
        "F32" => Array.ConvertAll(Singles(name), x => (double)x),
        "F64" => Doubles(name),
        "I64" or "I32" => Array.ConvertAll(Longs(name), x => (double)x),
        "BF16" => Array.ConvertAll(Values<ushort>(name, "BF16"), x => (double)BitConverter.UInt32BitsToSingle((uint)x << 16)),
        "F16" => Array.ConvertAll(Values<Half>(name, "F16"), x => (double)x),
        var other => throw new InvalidDataException($"{name} is stored as {other}."),
    };

    private T[] Values<T>(string name, string type)
        where T : unmanaged
    {
        var (stored, _, start, end) = _tensors[name];
        return stored == type ? MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(start, end - start)).ToArray() : throw new InvalidDataException($"{name} is {stored}, not {type}.");
    }
}
