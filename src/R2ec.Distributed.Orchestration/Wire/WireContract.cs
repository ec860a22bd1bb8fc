using System.Buffers;
using MessagePack;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>Writes the fields of a value, in the order of their keys.</summary>
public delegate void WriteFields<in T>(ref MessagePackWriter writer, T value);

/// <summary>Reads the fields of a value, in the order of their keys.</summary>
public delegate T ReadFields<out T>(ref MessagePackReader reader);

/// <summary>How a type stands on the wire and in the journal: an array whose places are the keys. A later version may add places at the end, never change one.</summary>
public abstract class WireContract
{
    private protected WireContract(string manifest, Type type, int fieldCount) => (Manifest, Type, FieldCount) = (manifest, type, fieldCount);

    /// <summary>Its name, which never changes.</summary>
    public string Manifest { get; }

    /// <summary>The type.</summary>
    public Type Type { get; }

    /// <summary>Fields that this version writes.</summary>
    public int FieldCount { get; }

    /// <summary>The contract of a type.</summary>
    /// <param name="manifest">Its name.</param>
    /// <param name="fieldCount">Fields that are written.</param>
    /// <param name="write">Writes them.</param>
    /// <param name="read">Reads them.</param>
    /// <param name="optional">How many of the last fields an earlier version did not write: where they are missing, the reader is at its end.</param>
    /// <param name="lacks">Where they say nothing in a value, so that it keeps the bytes that it had before there were such fields; null where they are always written.</param>
    public static WireContract Of<T>(string manifest, int fieldCount, WriteFields<T> write, ReadFields<T> read, int optional = 0, Predicate<T>? lacks = null)
        where T : notnull => new Typed<T>(manifest, fieldCount, write, read, optional, lacks);

    /// <summary>A value as bytes.</summary>
    public abstract byte[] Write(object value);

    /// <summary>Bytes as a value.</summary>
    /// <exception cref="MessagePackSerializationException">The bytes are not of this contract.</exception>
    public abstract object Read(ReadOnlyMemory<byte> bytes);

    private sealed class Typed<T>(string manifest, int fieldCount, WriteFields<T> write, ReadFields<T> read, int optional, Predicate<T>? lacks) : WireContract(manifest, typeof(T), fieldCount)
        where T : notnull
    {
        public override byte[] Write(object value)
        {
            var buffer = new ArrayBufferWriter<byte>(256);
            var writer = new MessagePackWriter(buffer);
            writer.WriteArrayHeader(lacks?.Invoke((T)value) == true ? FieldCount - optional : FieldCount);
            write(ref writer, (T)value);
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        }

        public override object Read(ReadOnlyMemory<byte> bytes)
        {
            try
            {
                var reader = new MessagePackReader(bytes);
                var count = reader.ReadArrayHeader();
                if (count < FieldCount - optional)
                {
                    throw new MessagePackSerializationException($"{Manifest} has {count} fields, {FieldCount - optional} are needed.");
                }

                var value = read(ref reader);
                for (var extra = FieldCount; extra < count; extra++)
                {
                    reader.Skip();
                }

                return reader.End ? value : throw new MessagePackSerializationException($"{Manifest} is followed by bytes that belong to nothing.");
            }
            catch (Exception fault) when (fault is EndOfStreamException or ArgumentException or FormatException or InvalidOperationException or OverflowException)
            {
                throw new MessagePackSerializationException($"{Manifest} cannot be read: {fault.Message}", fault);
            }
        }
    }
}
