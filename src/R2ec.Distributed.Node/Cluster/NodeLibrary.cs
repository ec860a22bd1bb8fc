using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Folders;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>
/// Data sets and checkpoints of a node below its roots: tells what stands there, serves it to the other nodes, and fetches what is missing. It never
/// changes a folder that stands under a name: whose content is another one is told, and a person decides.
/// </summary>
internal sealed class NodeLibrary : IRunFolders
{
    private readonly NodeConfig _config;
    private readonly HttpClient _client;
    private readonly Func<IReadOnlyList<string>> _living;
    private readonly FolderAsking _asking;
    private readonly Func<IReadOnlyList<string>> _coordinators;
    private readonly FolderHashes _hashes;
    private readonly TimeProvider _clock;

    /// <summary>The folders of a node.</summary>
    /// <param name="config">The node, with its roots.</param>
    /// <param name="client">Client of the bulk channel.</param>
    /// <param name="hashes">Hashes that are known.</param>
    /// <param name="coordinators">Bulk addresses of the coordinators, who know the other nodes.</param>
    /// <param name="living">Bulk addresses of the nodes that live, as a coordinator knows them; empty elsewhere.</param>
    /// <param name="clock">Measures deadlines.</param>
    public NodeLibrary(NodeConfig config, HttpClient client, FolderHashes hashes, Func<IReadOnlyList<string>> coordinators, Func<IReadOnlyList<string>> living, TimeProvider clock)
    {
        (_config, _client, _hashes, _living, _clock) = (config, client, hashes, living, clock);
        (_asking, _coordinators) = (new FolderAsking(client, clock), coordinators);
    }

    private SpecRoots Roots => new(_config.DataRoot, _config.ModelRoot);

    /// <summary>Whether a folder of this name stands here, as far as a glance can tell.</summary>
    public bool Has(FolderKind kind, string name) => Roots.PlaceOf(kind, name) is { } place && FolderFiles.In(kind, place).Count > 0;

    /// <summary>The manifest of a folder that stands here, as JSON; null where none does. Reads its files once, on a thread of its own.</summary>
    public async Task<byte[]?> ManifestAsync(FolderKind kind, string name)
    {
        try
        {
            return await FindAsync(kind, name) is { Fault: null } here ? here.ToJson() : null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A file of any folder here, or of one that is being fetched, by the hash of its bytes; null where none is known.</summary>
    public string? FindFile(Digest content) => _hashes.Find(content);

    /// <summary>Whether a node that lives has a folder of this name.</summary>
    public async Task<bool> IsElsewhereAsync(FolderKind kind, string name, CancellationToken stop)
    {
        var answers = await Task.WhenAll(Others().Select(holder => _asking.HasAsync(holder, kind, name, stop)));
        return answers.Contains(true);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<NamedFolder>> GatherAsync(string spec, Action<string> tell, CancellationToken stop)
    {
        var folders = new List<NamedFolder>();
        foreach (var (kind, name) in SpecRoots.Used(SpecFile.Of("the run's spec", spec, []).Sound()))
        {
            _ = Root(kind, name);
            tell($"the {NamedFolder.Words(kind, name)} is read");
            if (await FindAsync(kind, name) is not { } here)
            {
                var (content, holders) = await AskAsync(kind, name, stop);
                await FetchAsync(new NamedFolder(kind, name, content), holders, tell, stop);
                here = content;
            }

            folders.Add(new NamedFolder(kind, name, here));
        }

        return folders;
    }

    /// <inheritdoc/>
    public async Task BringAsync(IReadOnlyList<NamedFolder> folders, Action<string> tell, CancellationToken stop)
    {
        foreach (var folder in folders)
        {
            _ = Root(folder.Kind, folder.Name);
            var here = await FindAsync(folder.Kind, folder.Name);
            if (here is null)
            {
                tell($"{folder} is not here and is looked for on other nodes");
                await FetchAsync(folder, await _asking.HoldersAsync(folder.Content.Digest, _coordinators, stop), tell, stop);
                here = await FindAsync(folder.Kind, folder.Name);
            }

            if ((here is null ? "it is gone" : here.DifferenceFrom(folder.Content)) is { } difference)
            {
                throw new InputException($"the {folder} is another one here than the run's: {difference}. Remove or rename {Roots.PlaceOf(folder.Kind, folder.Name)} on node {_config.Name}: the run's is fetched then.");
            }
        }
    }

    private IEnumerable<string> Others() => _living().Where(place => place != _config.Bulk.Dialled);

    private async Task<(FolderManifest Content, IReadOnlyList<string> Holders)> AskAsync(FolderKind kind, string name, CancellationToken stop)
    {
        var answers = await Task.WhenAll(Others().Select(async holder => (Holder: holder, Content: await _asking.ManifestAsync(holder, kind, name, stop))));
        var found = answers.Where(answer => answer.Content is not null).GroupBy(answer => answer.Content!.Digest).ToList();
        return found switch
        {
            [var one] => (one.First().Content!, [.. one.Select(answer => answer.Holder)]),
            [] => throw new FolderLostException($"the {NamedFolder.Words(kind, name)} is not on node {_config.Name}, and no other node that lives has it. Put it under {Key(kind)} of a node."),
            _ => throw new FolderLostException($"nodes hold different folders as {NamedFolder.Words(kind, name)}: {string.Join("; ", found.Select(g => $"{g.Key.Brief} on {string.Join(", ", g.Select(a => a.Holder))}"))}. Remove those that are not meant."),
        };
    }

    private async Task FetchAsync(NamedFolder folder, IReadOnlyList<string> holders, Action<string> tell, CancellationToken stop)
    {
        if ((folder.Content.Fault ?? Stranger(folder)) is { } fault)
        {
            throw new InputException($"the {folder} is not fetched: {fault}");
        }

        var root = Directory.CreateDirectory(Root(folder.Kind, folder.Name)).FullName;
        if (await new FolderFetch(_client, _clock).RunAsync(folder, root, _config.Name, [.. holders.Where(holder => holder != _config.Bulk.Dialled)], _hashes.Note, tell, stop))
        {
            foreach (var file in folder.Content.Files)
            {
                _hashes.Note(file, Path.Combine(root, folder.Name, file.Name));
            }
        }
    }

    private static string? Stranger(NamedFolder folder) =>
        folder.Content.Files.Where(file => !FolderFiles.Belongs(folder.Kind, file.Name)).Select(file => $"'{file.Name}' is no file of a {(folder.Kind == FolderKind.Data ? "data set" : "checkpoint")}").FirstOrDefault();

    private string Root(FolderKind kind, string name) => (kind == FolderKind.Data ? _config.DataRoot : _config.ModelRoot) switch
    {
        null => throw new InputException($"node {_config.Name} keeps no {NamedFolder.Words(kind, name)}: its configuration has no {Key(kind)}."),
        var root when Roots.PlaceOf(kind, name) is null => throw new InputException($"the {NamedFolder.Words(kind, name)} is no name below {root}, or a link on its way leads out of it."),
        var root => Path.GetFullPath(root),
    };

    private static string Key(FolderKind kind) => kind == FolderKind.Data ? "data_root" : "model_root";

    private async Task<FolderManifest?> FindAsync(FolderKind kind, string name) => Roots.PlaceOf(kind, name) is { } place && Directory.Exists(place)
        ? await Task.Factory.StartNew(() => _hashes.Of(kind, place), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : null;
}
