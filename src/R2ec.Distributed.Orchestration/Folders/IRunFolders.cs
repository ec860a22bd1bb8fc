namespace R2ec.Distributed.Orchestration.Folders;

/// <summary>Data sets and checkpoints of a node by their names. What is missing is fetched from nodes that have it, whole or not at all.</summary>
public interface IRunFolders
{
    /// <summary>What a spec names, as it stands here or, where it stands here not, as other nodes have it. Everything stands here when the task ends.</summary>
    /// <param name="spec">The spec as resolved, YAML.</param>
    /// <param name="tell">Told what is under way, for people.</param>
    /// <param name="stop">Ends it; what was fetched until then stays for the next attempt.</param>
    /// <exception cref="FolderLostException">Nobody who lives has it, or they have different ones.</exception>
    Task<IReadOnlyList<NamedFolder>> GatherAsync(string spec, Action<string> tell, CancellationToken stop);

    /// <summary>Has exactly these folders stand here.</summary>
    /// <param name="folders">As the run was put together of them.</param>
    /// <param name="tell">Told what is under way, for people.</param>
    /// <param name="stop">Ends it; what was fetched until then stays for the next attempt.</param>
    /// <exception cref="FolderLostException">A folder cannot be had now.</exception>
    /// <exception cref="R2ec.Distributed.Core.InputException">Another one stands here under its name, or this node keeps none of the kind.</exception>
    Task BringAsync(IReadOnlyList<NamedFolder> folders, Action<string> tell, CancellationToken stop);
}
