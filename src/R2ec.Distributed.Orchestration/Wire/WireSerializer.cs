using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using MessagePack;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>
/// The one serializer of messages and events: closed contracts, no type names, nothing above <see cref="LimitBytes"/>. Remoting loses what is over its
/// frame without a word, so what is too large fails here, where it is seen; anything that grows belongs into a blob.
/// </summary>
/// <param name="system">The actor system.</param>
public sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Number by which the journal knows this serializer.</summary>
    public const int Id = 4217;

    /// <summary>Most bytes of a message or an event: 64 KB.</summary>
    public const int LimitBytes = 64 * 1024;

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <inheritdoc/>
    public override string Manifest(object o) => Contract(o).Manifest;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => Write(Contract(obj), obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => Read(bytes, manifest);

    /// <summary>A value as bytes, within the limit.</summary>
    /// <exception cref="SerializationException">They are too many.</exception>
    internal static byte[] Write(WireContract contract, object value)
    {
        var bytes = contract.Write(value);
        return bytes.Length <= LimitBytes
            ? bytes
            : throw new SerializationException($"{contract.Manifest} has {bytes.Length} bytes, the limit of a message is {LimitBytes}: what grows with the data belongs into a blob.");
    }

    /// <summary>Bytes of the wire or the journal as a value.</summary>
    /// <exception cref="SerializationException">They are too many, of a manifest that this version does not know, or not of its form.</exception>
    public static object Read(byte[] bytes, string manifest)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (bytes.Length > LimitBytes)
        {
            throw new SerializationException($"{manifest} has {bytes.Length} bytes, the limit is {LimitBytes}.");
        }

        var contract = WireContracts.Of(manifest) ?? throw new SerializationException($"'{manifest}' is no contract of this version: it was written by a newer one or by another program.");
        try
        {
            return contract.Read(bytes);
        }
        catch (MessagePackSerializationException fault)
        {
            throw new SerializationException(fault.Message, fault);
        }
    }

    private static WireContract Contract(object value) =>
        WireContracts.Of(value.GetType()) ?? throw new SerializationException($"{value.GetType().Name} has no contract.");
}
