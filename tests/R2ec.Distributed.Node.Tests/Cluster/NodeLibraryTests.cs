using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Tests.Bulk;
using R2ec.Distributed.Node.Tests.Security;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Tests.Cluster;

/// <summary>Nodes with roots of their own and real bulk channels between them.</summary>
public sealed class NodeLibraryTests : IAsyncLifetime
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    private readonly TestCa _ca = new();
    private readonly HolderDirectory _holders = new();
    private readonly List<string> _told = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodeLibrary> _libraries = [];
    private readonly List<TestNode> _nodes = [];

    public async ValueTask InitializeAsync()
    {
        foreach (var name in (string[])["coordinator", "holder", "other", "reader"])
        {
            var node = await TestNode.StartAsync(_ca, name, sources => sources with
            {
                Files = digest => _libraries[name].FindFile(digest),
                HasFolder = (kind, folder) => _libraries[name].Has(kind, folder),
                Folders = (kind, folder) => _libraries[name].ManifestAsync(kind, folder),
                Holders = name == "coordinator" ? _holders : null,
            });
            _nodes.Add(node);
            Directory.CreateDirectory(At(name, "data"));
            Directory.CreateDirectory(At(name, "models"));
            _libraries[name] = new NodeLibrary(Config(name, node.Address), node.Client, new FolderHashes(), () => [_nodes[0].Address], () => _holders.Living, TimeProvider.System);
        }

        _holders.Set([.. _nodes.Select(node => node.Address)]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _ca.Dispose();
    }

    [Fact]
    public async Task A_folder_that_is_missing_comes_from_a_node_that_has_it_whole_and_nothing_else_is_left()
    {
        var folder = await ModelAsync("holder", "vendor/tiny");

        await BringAsync("reader", folder);

        Assert.Equal(Files(At("holder", "models/vendor/tiny")).Where(file => file.Name != "README.md"), Files(At("reader", "models/vendor/tiny")));
        Assert.Equal(["vendor"], Directory.EnumerateFileSystemEntries(At("reader", "models")).Select(Path.GetFileName));
        Assert.Contains("checkpoint 'vendor/tiny' is fetched from other nodes: 2.1 of 2.1 MB are here", _told);
    }

    [Fact]
    public async Task What_was_fetched_is_served_to_the_next_node()
    {
        var folder = await ModelAsync("holder", "tiny");
        await BringAsync("reader", folder);
        Directory.Delete(At("holder", "models/tiny"), recursive: true);

        await BringAsync("other", folder);

        Assert.Equal(Files(At("reader", "models/tiny")), Files(At("other", "models/tiny")));
    }

    [Fact]
    public async Task Another_folder_under_the_name_is_told_and_stays_as_it_is()
    {
        var folder = await ModelAsync("holder", "tiny");
        await ModelAsync("reader", "tiny", weights: 7);
        var before = Files(At("reader", "models/tiny"));

        var fault = await Assert.ThrowsAsync<InputException>(() => BringAsync("reader", folder));

        Assert.Contains("model.safetensors is", fault.Message, StringComparison.Ordinal);
        Assert.Contains(At("reader", "models/tiny"), fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, Files(At("reader", "models/tiny")));
    }

    [Fact]
    public async Task A_file_that_changed_is_hashed_again_and_is_another_one()
    {
        var folder = await ModelAsync("holder", "tiny");
        await BringAsync("reader", folder);
        await BringAsync("reader", folder);
        var torn = At("reader", "models/tiny/config.json");
        await File.WriteAllTextAsync(torn, "{");

        Assert.Contains("config.json", (await Assert.ThrowsAsync<InputException>(() => BringAsync("reader", folder))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_no_node_has_as_they_were_named_leave_no_folder_and_what_came_is_not_fetched_again()
    {
        var folder = await ModelAsync("holder", "tiny");
        var config = At("holder", "models/tiny/config.json");
        var whole = await File.ReadAllTextAsync(config);
        await File.WriteAllTextAsync(At("holder", "models/tiny/tokenizer.json"), "torn");

        var lost = await Assert.ThrowsAsync<FolderLostException>(() => BringAsync("reader", folder));

        Assert.Contains("checkpoint 'tiny' could not be fetched", lost.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("reader", "models/tiny")));
        File.Delete(config);                                                     // it came before the break
        await File.WriteAllTextAsync(At("holder", "models/tiny/tokenizer.json"), "tokens");
        await _libraries["holder"].ManifestAsync(FolderKind.Model, "tiny");
        await BringAsync("reader", folder);
        Assert.Equal(whole, await File.ReadAllTextAsync(At("reader", "models/tiny/config.json")));
        Assert.Equal(["tiny"], Directory.EnumerateFileSystemEntries(At("reader", "models")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("sub/file.json")]
    [InlineData(".hidden.json")]
    [InlineData("run.sh")]
    [InlineData("CONFIG.JSON")]
    public async Task A_manifest_that_names_something_else_than_plain_files_of_a_checkpoint_is_not_followed(string name)
    {
        var folder = await ModelAsync("holder", "tiny");
        var wrong = folder with { Content = new FolderManifest([.. folder.Content.Files, folder.Content.Files[0] with { Name = name }]) };

        await Assert.ThrowsAsync<InputException>(() => BringAsync("reader", wrong));

        Assert.Empty(Directory.EnumerateFileSystemEntries(At("reader", "models")));
        Assert.Empty(Directory.EnumerateFiles(At("reader", ""), "escaped", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("../tiny")]
    [InlineData("/tiny")]
    [InlineData(".reader.0123.part")]
    [InlineData("out/tiny")]
    public async Task A_name_that_leads_out_of_the_root_is_neither_fetched_nor_served(string name)
    {
        var folder = await ModelAsync("holder", "tiny");
        Directory.CreateSymbolicLink(At("reader", "models/out"), At("holder", "models"));

        await Assert.ThrowsAsync<InputException>(() => BringAsync("reader", folder with { Name = name }));
        Assert.False(_libraries["reader"].Has(FolderKind.Model, name));
        Assert.Null(await _libraries["reader"].ManifestAsync(FolderKind.Model, name));
    }

    [Fact]
    public async Task A_folder_that_the_disk_cannot_hold_is_not_begun()
    {
        var folder = await ModelAsync("holder", "tiny");
        var parts = Enumerable.Range(0, 60).Select(index => new FolderFile($"model-{index}.safetensors", ChunkManifest.LongestFileBytes, Digest.Of([(byte)index])));

        var lost = await Assert.ThrowsAsync<FolderLostException>(() => BringAsync("reader", folder with { Content = new FolderManifest([.. parts]) }));

        Assert.Contains("Make room", lost.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(At("reader", "models")));
    }

    [Fact]
    public async Task A_coordinator_finds_by_name_what_another_node_has()
    {
        var folder = await ModelAsync("holder", "tiny");
        Assert.True(await _libraries["coordinator"].IsElsewhereAsync(FolderKind.Model, "tiny", Stop));
        Assert.False(await _libraries["coordinator"].IsElsewhereAsync(FolderKind.Data, "tiny", Stop));

        var gathered = Assert.Single(await GatherAsync("coordinator", "tiny"));

        Assert.Equal(folder.Content.Digest, gathered.Content.Digest);
        Assert.Equal(folder.Content.Files, gathered.Content.Files);
        Assert.True(Directory.Exists(At("coordinator", "models/tiny")));
    }

    [Fact]
    public async Task Nodes_that_hold_different_folders_under_one_name_are_told_and_so_is_that_nobody_has_it()
    {
        Assert.Contains("no other node that lives has it", (await Assert.ThrowsAsync<FolderLostException>(() => GatherAsync("coordinator", "tiny"))).Message, StringComparison.Ordinal);
        await ModelAsync("holder", "tiny");
        await ModelAsync("other", "tiny", weights: 8);

        var lost = await Assert.ThrowsAsync<FolderLostException>(() => GatherAsync("coordinator", "tiny"));

        Assert.Contains(_nodes[1].Address, lost.Message, StringComparison.Ordinal);
        Assert.Contains(_nodes[2].Address, lost.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("coordinator", "models/tiny")));
    }

    [Fact]
    public async Task Nodes_that_share_a_root_may_fetch_the_same_folder_at_the_same_time()
    {
        var folder = await ModelAsync("holder", "tiny");
        Directory.Delete(At("other", "models"));
        Directory.CreateSymbolicLink(At("other", "models"), At("reader", "models"));

        await Task.WhenAll(BringAsync("reader", folder), BringAsync("other", folder));

        Assert.Equal(["tiny"], Directory.EnumerateFileSystemEntries(At("reader", "models")).Select(Path.GetFileName));
    }

    private Task BringAsync(string node, NamedFolder folder) => _libraries[node].BringAsync([folder], Tell, Stop);

    private Task<IReadOnlyList<NamedFolder>> GatherAsync(string node, string name) =>
        _libraries[node].GatherAsync($"data: {{source: quickstart}}\nmodel: {{source: checkpoint, path: {name}, tokenizer: checkpoint}}\n", Tell, Stop);

    private void Tell(string text)
    {
        lock (_gate)
        {
            _told.Add(text);
        }
    }

    private async Task<NamedFolder> ModelAsync(string node, string name, byte weights = 5)
    {
        var place = Directory.CreateDirectory(At(node, "models/" + name)).FullName;
        var tensors = new byte[(2 * ChunkManifest.ChunkBytes) + 9];
        tensors.AsSpan().Fill(weights);
        await File.WriteAllBytesAsync(Path.Combine(place, "model.safetensors"), tensors);
        await File.WriteAllTextAsync(Path.Combine(place, "config.json"), "{\"hidden_size\": 8}");
        await File.WriteAllTextAsync(Path.Combine(place, "tokenizer.json"), "tokens");
        await File.WriteAllTextAsync(Path.Combine(place, "README.md"), $"of {node}");
        return new NamedFolder(FolderKind.Model, name, FolderManifest.Parse((await _libraries[node].ManifestAsync(FolderKind.Model, name))!));
    }

    private NodeConfig Config(string name, string address) => new()
    {
        Name = name,
        Roles = ["rollout"],
        Folder = At(name, "work"),
        Remoting = new NodeAddress("127.0.0.1", 1),
        Bulk = new NodeAddress("127.0.0.1", int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)),
        Coordinators = ["127.0.0.1:1"],
        CoordinatorBulk = ["127.0.0.1:1"],
        Ca = "",
        Certificate = "",
        Key = "",
        DataRoot = At(name, "data"),
        ModelRoot = At(name, "models"),
    };

    private static IEnumerable<(string Name, Digest Content)> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), Digest.Of(File.ReadAllBytes(path))))];

    private string At(string node, string path) => Path.Combine(_ca.Folder, "roots-" + node, path);
}
