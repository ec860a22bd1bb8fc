using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Folders;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>What a run is made of, for the nodes that are to work on it.</summary>
/// <param name="Spec">The spec as resolved, YAML.</param>
/// <param name="Data">Digest of its data set.</param>
/// <param name="Tokenizer">Digest of its tokenizer.</param>
/// <param name="Numerics">What fixes its bits.</param>
/// <param name="Folders">The data set and the checkpoint that the spec names, with the hash of each file.</param>
public sealed record RunSheet(string Spec, Digest Data, Digest Tokenizer, IReadOnlyDictionary<string, string> Numerics, IReadOnlyList<NamedFolder> Folders)
{
    /// <summary>Why a node that is put together for the run must not work on it; empty where it may.</summary>
    public string Lacks(AssembledRun here)
    {
        ArgumentNullException.ThrowIfNull(here);
        if (here.Data != Data)
        {
            return $"the run was made on the data set {Data.Brief}, here is {here.Data.Brief}";
        }

        if (here.Tokenizer != Tokenizer)
        {
            return $"the run was made with the tokenizer {Tokenizer.Brief}, here is {here.Tokenizer.Brief}";
        }

        var differences = NumericsDifferences.Between(Numerics, here.Numerics);
        return differences.Count == 0 ? "" : $"its numerics are others: {string.Join("; ", differences)}";
    }
}
