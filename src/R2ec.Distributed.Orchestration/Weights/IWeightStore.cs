using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>Published policies by their digest, as safetensors files.</summary>
public interface IWeightStore
{
    /// <summary>The folder into which the learner publishes.</summary>
    string Folder { get; }

    /// <summary>A file that holds a policy.</summary>
    /// <exception cref="R2ec.Distributed.Core.InputException">It is not there, and there is nobody else to ask.</exception>
    /// <exception cref="Blobs.BlobLostException">No other node has it; one may have it later.</exception>
    ValueTask<string> GetAsync(Digest weights, CancellationToken stop);

    /// <summary>Removes every policy that is not named.</summary>
    void Prune(IReadOnlyCollection<Digest> keep);
}
