namespace R2ec.Distributed.Orchestration.Folders;

/// <summary>What a named folder of a node holds.</summary>
public enum FolderKind
{
    /// <summary>A prepared data set.</summary>
    Data = 0,

    /// <summary>A Hugging Face checkpoint.</summary>
    Model = 1,
}
