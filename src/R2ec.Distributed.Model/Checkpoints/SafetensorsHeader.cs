using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>Reads and checks a safetensors header: every tensor lies inside the file, has the size that its shape asks for, and shares no byte with another.</summary>
internal static class SafetensorsHeader
{
    public static (Dictionary<string, SafetensorsEntry> Entries, Dictionary<string, string> Metadata) Parse(string path, ReadOnlyMemory<byte> json, long dataBytes)
    {
        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.NameEquals("__metadata__"))
                {
                    foreach (var pair in property.Value.EnumerateObject())
                    {
                        metadata[pair.Name] = pair.Value.GetString() ?? string.Empty;
                    }
                }
                else if (!entries.TryAdd(property.Name, Entry(path, property.Name, property.Value, dataBytes)))
                {
                    throw new InputException($"{path}: the header names the tensor {property.Name} twice. Get the file again.");
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new InputException($"{path}: the header is not that of a safetensors file ({fault.Message.Split('.')[0]}). Get the file again.", fault);
        }

        CheckLayout(path, entries.Values, dataBytes);
        return (entries, metadata);
    }

    private static SafetensorsEntry Entry(string path, string name, JsonElement value, long dataBytes)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("dtype", out var dtype) || !value.TryGetProperty("shape", out var dimensions)
            || !value.TryGetProperty("data_offsets", out var offsets) || offsets.GetArrayLength() != 2)
        {
            throw new InputException($"{path}: the tensor {name} lacks dtype, shape or data_offsets. Get the file again.");
        }

        if (!SafetensorsTypes.TryFind(dtype.GetString(), out var type, out var elementBytes))
        {
            throw new InputException($"{path}: the tensor {name} has the element type {dtype}; {SafetensorsTypes.Names} can be read.");
        }

        if (!TryShape(dimensions, elementBytes, out var shape, out var wanted) || !offsets[0].TryGetInt64(out var begin) || !offsets[1].TryGetInt64(out var end))
        {
            throw new InputException($"{path}: the tensor {name} has the shape {dimensions} at {offsets}, which no file can hold. Get the file again.");
        }

        if (begin < 0 || end < begin || end > dataBytes)
        {
            throw new InputException($"{path}: the tensor {name} stands at bytes {begin} to {end}, but the file has {dataBytes} bytes of tensors: "
                + "it is truncated or damaged. Get it again.");
        }

        return end - begin == wanted
            ? new SafetensorsEntry(name, type, shape, begin, wanted)
            : throw new InputException($"{path}: the tensor {name} of shape {dimensions} and type {dtype} needs {wanted} bytes and has {end - begin}. Get the file again.");
    }

    private static bool TryShape(JsonElement dimensions, int elementBytes, out long[] shape, out long bytes)
    {
        shape = new long[dimensions.GetArrayLength()];
        bytes = elementBytes;
        for (var i = 0; i < shape.Length; i++)
        {
            if (!dimensions[i].TryGetInt64(out shape[i]) || shape[i] < 0 || (shape[i] > 0 && bytes > long.MaxValue / shape[i]))
            {
                return false;
            }

            bytes *= shape[i];
        }

        return true;
    }

    private static void CheckLayout(string path, IEnumerable<SafetensorsEntry> entries, long dataBytes)
    {
        long end = 0;
        var before = "the header";
        foreach (var entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Bytes))
        {
            if (entry.Offset != end)
            {
                throw new InputException(entry.Offset < end
                    ? $"{path}: the tensor {entry.Name} overlaps {before}. Get the file again."
                    : $"{path}: bytes {end} to {entry.Offset} before the tensor {entry.Name} belong to nothing. Get the file again.");
            }

            (end, before) = (entry.Offset + entry.Bytes, entry.Name);
        }

        if (end != dataBytes)
        {
            throw new InputException($"{path}: {dataBytes - end} bytes behind the last tensor belong to nothing. Get the file again.");
        }
    }
}
