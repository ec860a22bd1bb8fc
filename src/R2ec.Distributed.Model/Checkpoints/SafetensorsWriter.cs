using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>Writes safetensors files: the same tensors give the same bytes, and the file exists whole or not at all.</summary>
public static class SafetensorsWriter
{
    private const int HeaderAlignment = 8;

    private static readonly Dictionary<string, string> DefaultMetadata = new() { ["format"] = "pt" };

    /// <summary>Writes tensors, the widest element types first and then by the bytes of their names, as the format's own library does.</summary>
    /// <param name="path">Replaced by rename once the file is whole and on the disk.</param>
    /// <param name="tensors">Names and tensors on any device; borrowed.</param>
    /// <param name="metadata">Notes beside the tensors; null: <c>format: pt</c>, which other libraries expect.</param>
    /// <param name="type">Converts every tensor; null keeps each as it is.</param>
    /// <param name="durable">Whether the file has to survive a power cut.</param>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null, ScalarType? type = null,
        bool durable = true)
    {
        var ordered = tensors
            .Select(pair => (Name: pair.Key, Tensor: pair.Value, Type: type ?? pair.Value.dtype))
            .OrderByDescending(item => SafetensorsTypes.Of(item.Type).Bytes)
            .ThenBy(item => item.Name, StringComparer.Ordinal)
            .ToArray();
        var header = Header([.. ordered.Select(item => (item.Name, item.Tensor.shape, item.Type))], metadata ?? DefaultMetadata);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                file.Write(header);
                foreach (var item in ordered)
                {
                    TensorMemory.Visit(item.Tensor, item.Type, file.Write);
                }

                file.Flush(flushToDisk: durable);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static byte[] Header(IReadOnlyList<(string Name, long[] Shape, ScalarType Type)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[HeaderAlignment]);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long at = 0;
            foreach (var (name, shape, type) in tensors)
            {
                var (typeName, elementBytes) = SafetensorsTypes.Of(type);
                var end = at + shape.Aggregate((long)elementBytes, (product, size) => checked(product * size));
                json.WriteStartObject(name);
                json.WriteString("dtype", typeName);
                WriteNumbers(json, "shape", shape);
                WriteNumbers(json, "data_offsets", [at, end]);
                json.WriteEndObject();
                at = end;
            }

            json.WriteEndObject();
        }

        while (buffer.Length % HeaderAlignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - HeaderAlignment);
        return bytes;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject("__metadata__");
        foreach (var pair in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(pair.Key, pair.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
