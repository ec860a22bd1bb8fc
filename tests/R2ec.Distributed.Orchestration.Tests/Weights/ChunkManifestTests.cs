using System.Text;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Tests.Weights;

public sealed class ChunkManifestTests
{
    private const string Hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(ChunkManifest.ChunkBytes, 1)]
    [InlineData(ChunkManifest.ChunkBytes + 1, 2)]
    public void A_file_comes_through_JSON_as_its_chunks(int length, int chunks)
    {
        using var scratch = new Scratch();
        var content = new byte[length];
        content.AsSpan().Fill(7);
        File.WriteAllBytes(scratch.Of("file"), content);

        var manifest = ChunkManifest.Parse(ChunkManifest.Of(scratch.Of("file")).ToJson());

        Assert.Equal(length, manifest.LengthBytes);
        Assert.Equal(chunks, manifest.Chunks.Count);
        Assert.All(Enumerable.Range(0, chunks), n => Assert.Equal(Digest.Of(content.AsSpan((int)ChunkManifest.OffsetOf(n), manifest.LengthOf(n))), manifest.Chunks[n]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"length":3,"chunk":1048576}""")]
    [InlineData("""{"length":3,"chunk":1048576,"sha256":[]}""")]
    [InlineData("""{"length":3,"chunk":1048576,"sha256":[null]}""")]
    [InlineData("""{"length":3,"chunk":1048576,"sha256":["../../x"]}""")]
    [InlineData($$"""{"length":3,"chunk":1,"sha256":["{{Hash}}"]}""")]
    [InlineData($$"""{"length":-1,"chunk":1048576,"sha256":["{{Hash}}"]}""")]
    [InlineData($$"""{"length":9223372036854775807,"chunk":1048576,"sha256":["{{Hash}}"]}""")]
    public void What_does_not_fit_itself_is_no_manifest(string json) => Assert.Throws<InvalidDataException>(() => ChunkManifest.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void What_is_over_the_limit_is_not_read() => Assert.Throws<InvalidDataException>(() => ChunkManifest.Parse(new byte[ChunkManifest.LimitBytes + 1]));
}
