using System.Runtime.Serialization;
using System.Security.Cryptography;
using Akka.Actor;
using Akka.Serialization;
using MessagePack;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>
/// How snapshots stand in the database: the SHA-256 of what follows, then the snapshot by its contract. What cannot be read becomes an
/// <see cref="UnusableSnapshot"/> instead of a fault, since a recovery can do without.
/// </summary>
/// <param name="system">The actor system.</param>
public sealed class SnapshotSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Number by which the database knows this serializer.</summary>
    public const int Id = 4218;

    /// <summary>Most bytes of a snapshot: 256 MB, those of some eight million groups.</summary>
    public const int LimitBytes = 256 * 1024 * 1024;

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <inheritdoc/>
    public override string Manifest(object o) => SnapshotFormat.Contract.Manifest;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => Write((RunSnapshot)obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => Read(bytes, manifest);

    /// <summary>A snapshot as bytes.</summary>
    /// <exception cref="SerializationException">They are too many.</exception>
    internal static byte[] Write(RunSnapshot snapshot)
    {
        var content = SnapshotFormat.Contract.Write(snapshot);
        return content.Length + SHA256.HashSizeInBytes <= LimitBytes
            ? [.. SHA256.HashData(content), .. content]
            : throw new SerializationException($"A snapshot has {content.Length} bytes, the limit is {LimitBytes}: the run goes on without.");
    }

    /// <summary>The snapshot that bytes hold, or why it is not used.</summary>
    internal static object Read(byte[] bytes, string manifest)
    {
        if (manifest != SnapshotFormat.Contract.Manifest)
        {
            return new UnusableSnapshot($"it is a '{manifest}', this version writes '{SnapshotFormat.Contract.Manifest}'");
        }

        if (bytes.Length is < SHA256.HashSizeInBytes or > LimitBytes)
        {
            return new UnusableSnapshot($"it has {bytes.Length} bytes");
        }

        var content = bytes.AsMemory(SHA256.HashSizeInBytes);
        if (!SHA256.HashData(content.Span).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes)))
        {
            return new UnusableSnapshot("its digest is wrong");
        }

        try
        {
            var snapshot = (RunSnapshot)SnapshotFormat.Contract.Read(content);
            return snapshot.Rules == RunSnapshot.OwnRules ? snapshot : new UnusableSnapshot("another build made it");
        }
        catch (MessagePackSerializationException fault)
        {
            return new UnusableSnapshot(fault.Message);
        }
    }

    /// <summary>The snapshot, if it is that of this place; else why it is not used.</summary>
    internal static object Of(object read, string persistenceId, long sequence) =>
        read is RunSnapshot snapshot && (snapshot.State.Facts != sequence || snapshot.State.Run.PersistenceId != persistenceId)
            ? new UnusableSnapshot($"it is one of {snapshot.State.Run.PersistenceId} after event {snapshot.State.Facts}")
            : read;
}
