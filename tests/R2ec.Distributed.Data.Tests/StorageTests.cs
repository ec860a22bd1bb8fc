using System.Diagnostics;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data.Storage;

namespace R2ec.Distributed.Data.Tests;

public sealed class StorageTests
{
    [Fact]
    public void What_was_written_is_read_again()
    {
        using var folder = new Scratch();
        var set = Sets.Big(20, 9, 15, 1);

        Save(set, folder.Path("set"));

        var read = DataSet.Load(folder.Path("set"), verifyHashes: true);
        Assert.Equal(set.Digest, read.Digest);
        Assert.Equal(set.Items.Select(i => (i.Id, i.Title, i.Text, string.Join('|', i.Values("group")))), read.Items.Select(i => (i.Id, i.Title, i.Text, string.Join('|', i.Values("group")))));
        Assert.Equal(Enum.GetValues<Split>().SelectMany(set.Samples), Enum.GetValues<Split>().SelectMany(read.Samples));
        Assert.All(Enumerable.Range(0, set.UserCount), u => Assert.True(set.UserName(u) == read.UserName(u) && set.Events(u).SequenceEqual(read.Events(u))));
    }

    [Fact]
    public void Nothing_but_the_whole_folder_is_left()
    {
        using var folder = new Scratch();

        Save(Sets.Ring(), folder.Path("set"));

        Assert.Equal([folder.Path("set")], Directory.GetFileSystemEntries(folder.Path("")));
        Assert.Equal([.. DataSetFiles.Names, DataSetFiles.Manifest], Directory.GetFiles(folder.Path("set")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal).OrderBy(f => f == DataSetFiles.Manifest));
    }

    [Fact]
    public void An_existing_folder_is_refused()
    {
        using var folder = new Scratch();
        Directory.CreateDirectory(folder.Path("set"));

        var fault = Assert.Throws<InputException>(() => Save(Sets.Ring(), folder.Path("set")));

        Assert.Contains("exists already", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_while_writing_leaves_nothing()
    {
        using var folder = new Scratch();

        Assert.Throws<InputException>(() => DataSetWriter.Write(Sets.Ring(), folder.Path("set"), _ => throw new IOException("No space left on device.")));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path("")));
    }

    [Fact]
    public void Another_schema_version_is_named()
    {
        using var folder = new Scratch();
        Save(Sets.Ring(), folder.Path("set"));
        var manifest = folder.Path("set/manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"schema_version\": 1", "\"schema_version\": 7", StringComparison.Ordinal));

        var fault = Assert.Throws<InputException>(() => DataSet.Load(folder.Path("set")));

        Assert.Contains("version 7", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_manifest_is_no_data_set()
    {
        using var folder = new Scratch();

        Assert.Contains("r2ec prepare", Assert.Throws<InputException>(() => DataSet.Load(folder.Path("nothing"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DataSetFiles.Items)]
    [InlineData(DataSetFiles.Users)]
    [InlineData(DataSetFiles.UserOffsets)]
    [InlineData(DataSetFiles.EventItems)]
    [InlineData(DataSetFiles.SamplePositions)]
    public void A_missing_a_cut_and_a_bent_file_are_named(string name)
    {
        using var folder = new Scratch();
        Save(Sets.Ring(), folder.Path("set"));
        var (path, bytes) = (folder.Path("set/" + name), File.ReadAllBytes(folder.Path("set/" + name)));

        File.WriteAllBytes(path, bytes[..^1]);
        Assert.Contains(name, Assert.Throws<InputException>(() => DataSet.Load(folder.Path("set"))).Message, StringComparison.Ordinal);

        bytes[^1] ^= 0x40;
        File.WriteAllBytes(path, bytes);
        Assert.Contains(name, Assert.Throws<InputException>(() => DataSet.Load(folder.Path("set"), verifyHashes: true)).Message, StringComparison.Ordinal);

        File.Delete(path);
        Assert.Contains(name, Assert.Throws<InputException>(() => DataSet.Load(folder.Path("set"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_out_of_range_are_found_without_hashes()
    {
        using var folder = new Scratch();
        Save(Sets.Ring(), folder.Path("set"));
        var path = folder.Path("set/" + DataSetFiles.EventItems);
        var bytes = File.ReadAllBytes(path);
        bytes[3] = 0x7f;
        File.WriteAllBytes(path, bytes);

        Assert.Contains("names item", Assert.Throws<InputException>(() => DataSet.Load(folder.Path("set"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_million_events_load_in_under_a_second()
    {
        using var folder = new Scratch();
        Save(Sets.Big(25_000, 10_000, 20, 3), folder.Path("set"));
        var watch = Stopwatch.StartNew();

        var set = DataSet.Load(folder.Path("set"));

        Assert.Equal(500_000, set.InteractionCount);
        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.ElapsedMilliseconds} ms");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(3), $"{watch.ElapsedMilliseconds} ms (goal 1 s on an idle core)");
    }

    private static void Save(DataSet set, string folder) => DataSetWriter.Write(set, folder, files => new DataSetManifest
    {
        SchemaVersion = DataSetManifest.CurrentSchema,
        Format = "test",
        Counts = new DataSetCounts(
            set.UserCount, set.ItemCount, set.InteractionCount, new SampleCounts(set.Samples(Split.Train).Count, set.Samples(Split.Valid).Count, set.Samples(Split.Test).Count)),
        Window = set.Window,
        Dropped = [],
        Options = [],
        Sources = [],
        Statistics = [],
        Files = files,
    });
}
