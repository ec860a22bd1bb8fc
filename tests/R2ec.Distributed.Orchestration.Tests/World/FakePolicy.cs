using System.Buffers.Binary;
using System.Runtime.InteropServices;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;

namespace R2ec.Distributed.Orchestration.Tests.World;

/// <summary>A policy of eight numbers: cheap, and its bits tell whether anything was done otherwise.</summary>
internal sealed class FakePolicy(double[] weights)
{
    internal const int Width = 8;

    internal double[] Weights { get; } = weights;

    internal byte[] Bytes => MemoryMarshal.AsBytes<double>(Weights).ToArray();

    internal Digest Digest => Digest.Of(Bytes);

    internal ulong Seed => BinaryPrimitives.ReadUInt64LittleEndian(Convert.FromHexString(Digest.Hex));

    internal static FakePolicy Of(byte[] bytes) => new(MemoryMarshal.Cast<byte, double>(bytes).ToArray());

    internal static FakePolicy Initial(ulong seed) => new([.. Enumerable.Range(0, Width).Select(i => Chance.Uniform(seed, ChancePurpose.Initialisation, i))]);

    internal FakePolicy Moved(Func<int, double> by) => new([.. Weights.Select((weight, i) => weight + by(i))]);

    internal double Draw(long step, long group, long completion, long token) => Chance.Uniform(Seed, ChancePurpose.Sampling, step, group, completion, token);
}
