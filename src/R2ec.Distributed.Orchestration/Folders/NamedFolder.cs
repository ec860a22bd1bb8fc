namespace R2ec.Distributed.Orchestration.Folders;

/// <summary>A folder that a spec names below every node's root, with what has to stand in it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name below the root, with '/' between its parts.</param>
/// <param name="Content">Its files.</param>
public sealed record NamedFolder(FolderKind Kind, string Name, FolderManifest Content)
{
    /// <summary>The folder for people.</summary>
    public override string ToString() => Words(Kind, Name);

    /// <summary>A folder for people.</summary>
    public static string Words(FolderKind kind, string name) => $"{(kind == FolderKind.Data ? "data set" : "checkpoint")} '{name}'";
}
