namespace R2ec.Distributed.Orchestration.Tests.World;

/// <summary>A folder that goes with the test.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("r2ec-bulk-");

    public string Folder => _folder.FullName;

    public string Of(string name) => Path.Combine(Folder, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
