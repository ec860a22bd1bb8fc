using R2ec.Distributed.Data;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Orchestration.Folders;

namespace R2ec.Distributed.Node.Composition;

/// <summary>Which files make a named folder: those that the program reads. What else stands there (a licence, weights of another format) travels nowhere and is compared with nothing.</summary>
internal static class FolderFiles
{
    private static readonly string[] BesideWeights =
    [
        CheckpointFolder.ConfigFile, "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "generation_config.json",
    ];

    /// <summary>Names of the files that stand in a folder, in ordinal order; none where there is no such folder.</summary>
    public static IReadOnlyList<string> In(FolderKind kind, string folder) => !Directory.Exists(folder)
        ? []
        : [.. (kind == FolderKind.Data ? DataSet.FileNames : [.. BesideWeights, .. Weights(folder)]).Where(name => File.Exists(Path.Combine(folder, name))).Order(StringComparer.Ordinal)];

    /// <summary>Whether a file may be part of a folder of this kind: what a manifest from elsewhere may make here.</summary>
    public static bool Belongs(FolderKind kind, string name) => kind == FolderKind.Data
        ? DataSet.FileNames.Contains(name)
        : BesideWeights.Contains(name) || name == CheckpointFolder.IndexFile || name.EndsWith(".safetensors", StringComparison.Ordinal);

    // As they are read: one file, or an index with its shards.
    private static IEnumerable<string> Weights(string folder) => File.Exists(Path.Combine(folder, CheckpointFolder.WeightsFile))
        ? [CheckpointFolder.WeightsFile]
        : Directory.EnumerateFiles(folder, "*.safetensors").Select(path => Path.GetFileName(path)).Where(FolderManifest.IsPlain).Append(CheckpointFolder.IndexFile);
}
