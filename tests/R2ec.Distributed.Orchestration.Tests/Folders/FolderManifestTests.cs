using System.Text;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Tests.Folders;

public sealed class FolderManifestTests
{
    [Fact]
    public void The_digest_is_over_hashes_and_names_in_their_order()
    {
        var (a, b) = (File("a", 1), File("b", 2));

        Assert.Equal(Digest.Of(Encoding.UTF8.GetBytes($"{a.Content}  a\n{b.Content}  b\n")), new FolderManifest([b, a]).Digest);
        Assert.NotEqual(new FolderManifest([a, b]).Digest, new FolderManifest([a]).Digest);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var manifest = new FolderManifest([File("config.json", 1), File("model.safetensors", 2)]);

        Assert.Equal(manifest.Files, FolderManifest.Parse(manifest.ToJson()).Files);
    }

    public static TheoryData<string, FolderFile[]> Unsound => new()
    {
        { "names 0 files", [] },
        { "no plain file", [File("../a", 1)] },
        { "no plain file", [File("a/b", 1)] },
        { "no plain file", [File(".a", 1)] },
        { "no plain file", [File("a.part", 1)] },
        { "no plain file", [File("", 1)] },
        { "no plain file", [File("a\0b", 1)] },
        { "at most", [File("a", ChunkManifest.LongestFileBytes + 1)] },
        { "at most", [File("a", -1)] },
        { "is none", [new FolderFile("a", 1, new Digest("abc"))] },
        { "is none", [new FolderFile("a", 1, default)] },
        { "twice", [File("a", 1), File("A", 1)] },
        { "more than", [.. Enumerable.Range(0, 65).Select(index => File($"f{index}", ChunkManifest.LongestFileBytes))] },
        { "files", [.. Enumerable.Range(0, FolderManifest.MostFiles + 1).Select(index => File($"f{index}", 1))] },
    };

    [Theory]
    [MemberData(nameof(Unsound), DisableDiscoveryEnumeration = true)]
    public void One_that_nobody_may_follow_says_why(string why, FolderFile[] files)
    {
        var manifest = new FolderManifest(files);

        Assert.Contains(why, manifest.Fault, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => FolderManifest.Parse(manifest.ToJson()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[{\"name\": 1}]")]
    [InlineData("[{}]")]
    public void Bytes_that_are_none_are_refused(string json) => Assert.Throws<InvalidDataException>(() => FolderManifest.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void The_first_difference_is_told()
    {
        var wanted = new FolderManifest([File("a", 1), File("b", 2)]);

        Assert.Null(new FolderManifest([File("b", 2), File("a", 1)]).DifferenceFrom(wanted));
        Assert.Equal("a is missing", new FolderManifest([File("b", 2)]).DifferenceFrom(wanted));
        Assert.StartsWith("b is ", new FolderManifest([File("a", 1), File("b", 3)]).DifferenceFrom(wanted), StringComparison.Ordinal);
        Assert.Equal("the run's has no c", new FolderManifest([File("a", 1), File("b", 2), File("c", 2)]).DifferenceFrom(wanted));
    }

    private static FolderFile File(string name, long bytes) => new(name, bytes, Digest.Of(Encoding.UTF8.GetBytes(name + bytes)));
}
