using System.Security.Cryptography;
using System.Text;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Tests.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Checkpoints;

public sealed class PolicyHashTests
{
    [Fact]
    public void The_hash_is_over_names_shapes_and_little_endian_numbers_in_byte_order()
    {
        using var a = tensor(new[] { 1f, 2f, 3f, 4f, 5f, 6f }).view(3, 2).t();
        using var b = tensor(new[] { 7.0, 8.0 });
        byte[] expected =
        [
            .. Encoding.UTF8.GetBytes("Z\0F32\02\0"), .. BitConverter.GetBytes(7f), .. BitConverter.GetBytes(8f),
            .. Encoding.UTF8.GetBytes("a\0F32\02,3\0"), .. new[] { 1f, 3f, 5f, 2f, 4f, 6f }.SelectMany(BitConverter.GetBytes),
        ];

        var hash = PolicyHash.Of([KeyValuePair.Create("a", a), KeyValuePair.Create("Z", b)]);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(expected)), hash);
    }

    [Fact]
    public void A_policy_that_is_restored_from_its_export_has_the_same_hash()
    {
        var path = Path.GetTempFileName();
        using var first = TinyBackbones.Create(TinyBackbones.Config());
        using var second = TinyBackbones.Create(TinyBackbones.Config());
        using (var policy = PolicyTensors.Of(first))
        using (no_grad())
        {
            policy.Tensors[0].Master.add_(1);
            SafetensorsWriter.Write(path, policy.Masters);
            using var other = PolicyTensors.Of(second);
            Assert.NotEqual(PolicyHash.Of(policy), PolicyHash.Of(other));
            using var file = SafetensorsFile.Open(path);
            other.Restore(name => file.Read(name));
            Assert.Equal(PolicyHash.Of(policy), PolicyHash.Of(other));
        }

        File.Delete(path);
    }
}
