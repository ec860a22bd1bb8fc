using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

public sealed class AlignmentTests
{
    /// <summary>Widths that are no multiple of a vector, and more keys than one block of attention: where alignment has changed bits.</summary>
    private static readonly BackboneConfig Wide = TinyBackbones.Config(tied: false) with
    {
        HiddenSize = 200, HeadCount = 5, KeyHeadCount = 5, HeadSize = 40, FeedForwardSize = 328, VocabularySize = 520, MaxPositions = 128,
    };

    [Fact]
    public void A_mapped_misaligned_checkpoint_and_a_fresh_copy_give_the_same_bits()
    {
        Assert.Equal("AVX2,STRICT", Environment.GetEnvironmentVariable("MKL_CBWR"));
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var folder = Directory.CreateTempSubdirectory("r2ec-aligned-").FullName;
        using (var drawn = TinyBackbones.Create(Wide))
        {
            drawn.Save(folder);
        }

        Misalign(Path.Combine(folder, CheckpointFolder.WeightsFile));
        using var checkpoint = CheckpointFolder.Open(folder);
        using var fresh = Backbone.Load(checkpoint, ScalarType.Float32, CPU);
        using var mapped = Backbone.Create(checkpoint.Config, checkpoint.Names.ToDictionary(name => name, checkpoint.View));
        Assert.All(mapped.Weights.Values, weight => Assert.NotEqual(0, Address(weight) % 64));
        Assert.All(fresh.Weights.Values, weight => Assert.Equal(0, Address(weight) % 64));

        foreach (var batch in new[] { 1, 2, 4 })
        {
            Assert.Equal(Bits(fresh, batch), Bits(mapped, batch));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static byte[] Bits(Backbone backbone, int batch)
    {
        using var scope = NewDisposeScope();
        using var kept = new GrowingKeys(backbone.Config, batch, 96, backbone.DType);
        var ids = TinyBackbones.Ids(batch, 81, backbone.Config.VocabularySize);
        var prefill = backbone.Logits(backbone.Forward(ids, keys: kept));
        var decoded = backbone.Logits(backbone.Forward(ids.narrow(1, 0, 1), full([batch, 1], 81, ScalarType.Int64), kept));
        return [.. prefill.contiguous().bytes, .. decoded.contiguous().bytes];
    }

    private static unsafe long Address(Tensor tensor) => (long)AtenDispatcher.DataPointer(tensor);

    /// <summary>Lengthens the header by blanks until the tensors stand at an odd multiple of 8: every tensor of the model is a multiple of 64 bytes long.</summary>
    private static void Misalign(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = BitConverter.ToInt64(bytes);
        var blanks = (int)((64 + 8 - ((8 + header) % 64)) % 64);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(header + blanks), .. bytes.AsSpan(8, (int)header), .. Enumerable.Repeat((byte)' ', blanks), .. bytes.AsSpan(8 + (int)header)]);
    }
}
