using System.Text.Json;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Model.Tests.Backbones;

/// <summary>The checkpoints and adapters that the golden folder happens to hold; names only, so that listing them never skips.</summary>
internal static class GoldenFolders
{
    public static TheoryData<string> Checkpoints() => [.. Names("config.json", "checkpoint").DefaultIfEmpty("none")];

    public static TheoryData<string, string> Adapters() =>
    [
        .. Names("config.json", "checkpoint")
            .SelectMany(name => Directory.GetDirectories(SharedFolder.GoldenPath("models", name))
                .Where(folder => File.Exists(Path.Combine(folder, "adapter_config.json")))
                .Select(folder => (name, Path.GetFileName(folder))))
            .DefaultIfEmpty(("none", "none")),
    ];

    /// <summary>A golden checkpoint's folder; skipped by name where its family cannot be computed.</summary>
    public static string NeedFamily(string name)
    {
        var folder = SharedFolder.Golden("models", name);
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "checkpoint", "config.json")));
        var family = config.RootElement.GetProperty("model_type").GetString()!;
        Assert.SkipUnless(BackboneConfig.Families.Contains(family), $"{name}: the family {family} is not computed");
        return folder;
    }

    private static IEnumerable<string> Names(string file, string within)
    {
        var models = SharedFolder.GoldenPath("models");
        return Directory.Exists(models)
            ? Directory.GetDirectories(models).Where(folder => File.Exists(Path.Combine(folder, within, file))).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)
            : [];
    }
}
