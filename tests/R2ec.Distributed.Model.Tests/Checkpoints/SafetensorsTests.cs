using System.Text;
using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("r2ec-safetensors-").FullName;

    private string Place => Path.Combine(_folder, "model.safetensors");

    [Fact]
    public void What_is_written_is_read_again_in_every_type()
    {
        using var scope = NewDisposeScope();
        ScalarType[] types =
        [
            ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16, ScalarType.Int64, ScalarType.Int32, ScalarType.Byte, ScalarType.Bool,
        ];
        var written = types.ToDictionary(type => type.ToString(), type => tensor(new float[] { 0, 1, 2, 3, 0, 5 }).view(2, 3).to(type));
        written["none"] = zeros(0, 3);
        written["one"] = tensor(2.5f);

        SafetensorsWriter.Write(Place, written, new Dictionary<string, string> { ["note"] = "ä\"" });
        using var file = SafetensorsFile.Open(Place);

        Assert.Equal("ä\"", file.Metadata["note"]);
        Assert.Equal(written.Keys.Order(), file.Entries.Keys.Order());
        foreach (var (name, tensor) in written)
        {
            var read = file.Read(name);
            Assert.Equal(tensor.dtype, read.dtype);
            Assert.Equal(tensor.shape, read.shape);
            Assert.Equal(tensor.bytes.ToArray(), read.bytes.ToArray());
        }
    }

    [Fact]
    public void The_same_tensors_in_another_order_give_the_same_bytes()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(2, 3), arange(4, ScalarType.Int64));
        SafetensorsWriter.Write(Place, [KeyValuePair.Create("b", b), KeyValuePair.Create("a", a)]);
        var first = File.ReadAllBytes(Place);

        SafetensorsWriter.Write(Place, [KeyValuePair.Create("a", a), KeyValuePair.Create("b", b)]);

        Assert.Equal(first, File.ReadAllBytes(Place));
        Assert.Equal([Place], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_slice_is_written_as_what_it_shows()
    {
        using var scope = NewDisposeScope();
        var whole = arange(12, ScalarType.Float32).view(3, 4);
        SafetensorsWriter.Write(Place, [KeyValuePair.Create("t", whole.t())], type: ScalarType.BFloat16);

        using var file = SafetensorsFile.Open(Place);

        Assert.Equal([4, 3], file.Entries["t"].Shape);
        Assert.Equal(whole.t().contiguous().data<float>().ToArray(), file.Read("t", ScalarType.Float32).data<float>().ToArray());
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused_by_name()
    {
        using var t = ones(4, 4);
        SafetensorsWriter.Write(Place, [KeyValuePair.Create("weights", t)]);
        var whole = File.ReadAllBytes(Place);

        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Place, whole[..length]);
            Assert.Contains("model.safetensors", Assert.Throws<InputException>(() => SafetensorsFile.Open(Place)).Message);
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "b overlaps a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "belong to nothing")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "belong to nothing")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12 bytes and has 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,80]}}""", 8, "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "no file can hold")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "no file can hold")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2, "F8_E4M3")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "twice")]
    [InlineData("""{"a":3}""", 0, "lacks dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":5,"data_offsets":[0,0]}}""", 0, "header")]
    [InlineData("[1]", 0, "header")]
    [InlineData("{nonsense", 0, "header")]
    public void A_header_that_contradicts_its_file_is_refused(string header, int dataBytes, string said)
    {
        var json = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(Place, [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[dataBytes]]);

        var fault = Assert.Throws<InputException>(() => SafetensorsFile.Open(Place));

        Assert.Contains(said, fault.Message);
        Assert.StartsWith(Place, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_beyond_the_limit_is_refused_with_the_limit()
    {
        File.WriteAllBytes(Place, [.. BitConverter.GetBytes(1UL << 60), .. new byte[64]]);

        Assert.Contains("100000000", Assert.Throws<InputException>(() => SafetensorsFile.Open(Place)).Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
