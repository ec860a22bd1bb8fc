using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>Policies in a run's folder <c>weights/</c>.</summary>
/// <param name="folder">The folder; created where it is missing.</param>
public sealed class FolderWeightStore(string folder) : IWeightStore
{
    /// <inheritdoc/>
    public string Folder { get; } = Directory.CreateDirectory(folder).FullName;

    /// <inheritdoc/>
    public ValueTask<string> GetAsync(Digest weights, CancellationToken stop)
    {
        var path = Path.Combine(Folder, weights.Hex + ".safetensors");
        return File.Exists(path)
            ? ValueTask.FromResult(path)
            : ValueTask.FromException<string>(new InputException($"The weights {weights.Brief} are no longer in {Folder}: somebody removed them while the run worked. Resume the run: it makes them again."));
    }

    /// <inheritdoc/>
    public void Prune(IReadOnlyCollection<Digest> keep)
    {
        foreach (var path in Directory.EnumerateFiles(Folder, "*.safetensors"))
        {
            if (!keep.Contains(new Digest(Path.GetFileNameWithoutExtension(path))))
            {
                File.Delete(path);
            }
        }
    }
}
