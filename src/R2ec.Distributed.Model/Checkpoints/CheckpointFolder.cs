using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>A Hugging Face checkpoint: <c>config.json</c> and the weights, in one safetensors file or in shards with an index. Files stay mapped until it is disposed.</summary>
public sealed class CheckpointFolder : IDisposable
{
    /// <summary>The weights' file where there is one only.</summary>
    public const string WeightsFile = "model.safetensors";

    /// <summary>The list of shards.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    /// <summary>The architecture.</summary>
    public const string ConfigFile = "config.json";

    private const long MaxIndexBytes = 64 << 20;

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _places = new(StringComparer.Ordinal);

    private CheckpointFolder(string folder) => Folder = folder;

    /// <summary>Where the checkpoint is.</summary>
    public string Folder { get; }

    /// <summary>What <c>config.json</c> says.</summary>
    public BackboneConfig Config { get; private set; } = null!;

    /// <summary>The names of the stored tensors.</summary>
    public IReadOnlyCollection<string> Names => _places.Keys;

    /// <summary>Opens a checkpoint and checks the headers of its files.</summary>
    /// <exception cref="InputException">Something is missing or damaged: the message names the file, the key or the tensor.</exception>
    public static CheckpointFolder Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InputException($"{folder}: there is no such folder; a Hugging Face checkpoint with {ConfigFile} and {WeightsFile} was expected.");
        }

        var checkpoint = new CheckpointFolder(folder);
        try
        {
            checkpoint.Config = BackboneConfig.Read(Path.Combine(folder, ConfigFile));
            checkpoint.OpenFiles();
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The description of a stored tensor, or null.</summary>
    public SafetensorsEntry? Find(string name) => _places.TryGetValue(name, out var file) ? file.Entries[name] : null;

    /// <summary>A tensor as a fresh copy owned by the caller.</summary>
    public Tensor Read(string name, ScalarType? type = null) => Place(name).Read(name, type);

    /// <summary>A view of the mapped bytes; it must not outlive the folder.</summary>
    internal Tensor View(string name) => Place(name).View(name);

    /// <summary>Which file a tensor stands in, for messages.</summary>
    internal string PathOf(string name) => _places.TryGetValue(name, out var file) ? file.Path : Path.Combine(Folder, WeightsFile);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private SafetensorsFile Place(string name) =>
        _places.TryGetValue(name, out var file) ? file : throw new InputException($"{Folder}: no safetensors file here has the tensor {name}.");

    private void OpenFiles()
    {
        var index = Path.Combine(Folder, IndexFile);
        if (File.Exists(Path.Combine(Folder, WeightsFile)))
        {
            Add(Path.Combine(Folder, WeightsFile));
        }
        else if (File.Exists(index))
        {
            OpenShards(index);
        }
        else
        {
            throw new InputException($"{Folder}: has neither {WeightsFile} nor {IndexFile}. Weights of other formats cannot be read: convert them to safetensors.");
        }
    }

    private void OpenShards(string index)
    {
        var map = ReadIndex(index);
        foreach (var name in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (name.Length == 0 || Path.GetFileName(name) != name)
            {
                throw new InputException($"{index}: names the shard '{name}', which is not a file beside it.");
            }

            if (!File.Exists(Path.Combine(Folder, name)))
            {
                throw new InputException($"{index}: names the shard {name}, which is missing. Get the checkpoint again.");
            }

            Add(Path.Combine(Folder, name));
        }

        foreach (var (tensor, file) in map)
        {
            if (!_places.TryGetValue(tensor, out var place) || Path.GetFileName(place.Path) != file)
            {
                throw new InputException($"{index}: says that {tensor} stands in {file}, but it does not. Get the checkpoint again.");
            }
        }
    }

    private void Add(string path)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (var name in file.Entries.Keys)
        {
            if (!_places.TryAdd(name, file))
            {
                throw new InputException($"{path}: the tensor {name} stands in {Path.GetFileName(_places[name].Path)} as well. Get the checkpoint again.");
            }
        }
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        try
        {
            if (new FileInfo(index).Length > MaxIndexBytes)
            {
                throw new InputException($"{index}: is larger than {MaxIndexBytes} bytes, the most that is read.");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(index));
            return document.RootElement.GetProperty("weight_map").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? string.Empty);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException or IOException)
        {
            throw new InputException($"{index}: is not an index of shards (an object with weight_map was expected). Get the checkpoint again.", fault);
        }
    }
}
