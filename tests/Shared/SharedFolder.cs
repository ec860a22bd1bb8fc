namespace R2ec.Distributed.Testing;

/// <summary>Where real data, checkpoints and golden values stand. A test that needs what is not there is skipped by name.</summary>
internal static class SharedFolder
{
    /// <summary>The repository's root: the nearest folder above the test assembly that holds the solution.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>A path below the shared folder; the test is skipped where it does not exist.</summary>
    public static string Need(params string[] parts) => Existing(Path.Combine([Shared(), .. parts]));

    /// <summary>A path below the golden folder (R2EC_GOLDEN, else shared/golden); the test is skipped where it does not exist.</summary>
    public static string Golden(params string[] parts) =>
        Existing(Path.Combine([Environment.GetEnvironmentVariable("R2EC_GOLDEN") ?? Path.Combine(Shared(), "golden"), .. parts]));

    /// <summary>A path below the golden folder, whether it exists or not.</summary>
    public static string GoldenPath(params string[] parts) =>
        Path.Combine([Environment.GetEnvironmentVariable("R2EC_GOLDEN") ?? Path.Combine(Shared(), "golden"), .. parts]);

    private static string Existing(string path)
    {
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"{path} is not here");
        return path;
    }

    private static string Shared() => Environment.GetEnvironmentVariable("R2EC_SHARED") ?? Path.Combine(Repository, "..", "shared");

    private static string FindRepository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "R2ec.Distributed.sln")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No R2ec.Distributed.sln above {AppContext.BaseDirectory}.");
    }
}
