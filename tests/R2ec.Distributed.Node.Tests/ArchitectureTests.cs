using System.Reflection;
using System.Xml.Linq;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests;

public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        ["Data"] = ["Core"],
        ["Model"] = ["Core"],
        ["Orchestration"] = ["Core"],
        ["Node"] = ["Core", "Data", "Model", "Orchestration"],
    };

    [Fact]
    public void Projects_depend_one_way() => Assert.All(Allowed, project =>
        Assert.Subset(project.Value.ToHashSet(), References(project.Key, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r).Split('.')[^1]).ToHashSet()));

    [Fact]
    public void Only_Model_names_TorchSharp_and_only_Orchestration_names_Akka() => Assert.All(Allowed.Keys, project =>
    {
        var packages = References(project, "PackageReference").ToList();
        Assert.True(project == "Model" || !packages.Exists(p => p.StartsWith("TorchSharp", StringComparison.Ordinal)), project);
        Assert.True(project is "Orchestration" or "Node" || !packages.Exists(p => p.StartsWith("Akka", StringComparison.Ordinal)), project);
    });

    [Fact]
    public void Core_is_built_on_the_base_library_alone() => Assert.Empty(References("Core", "PackageReference"));

    [Theory]
    [InlineData("Core")]
    [InlineData("Data")]
    [InlineData("Model")]
    [InlineData("Orchestration")]
    public void Compiled_assemblies_keep_to_it_too(string project)
    {
        var used = Assembly.Load($"R2ec.Distributed.{project}").GetReferencedAssemblies().Select(a => a.Name!).ToList();

        Assert.Equal(Allowed[project].Order().Intersect(used.Where(u => u.StartsWith("R2ec.", StringComparison.Ordinal)).Select(u => u.Split('.')[^1])), used.Where(u => u.StartsWith("R2ec.", StringComparison.Ordinal)).Select(u => u.Split('.')[^1]).Order());
        Assert.True(project == "Model" || !used.Exists(u => u.StartsWith("TorchSharp", StringComparison.Ordinal)), project);
        Assert.True(project == "Orchestration" || !used.Exists(u => u.StartsWith("Akka", StringComparison.Ordinal)), project);
    }

    [Fact]
    public void The_program_itself_touches_no_tensor() =>
        Assert.DoesNotContain(typeof(R2ec.Distributed.Node.Commands.R2ecProgram).Assembly.GetReferencedAssemblies(), a => a.Name!.StartsWith("TorchSharp", StringComparison.Ordinal));

    [Fact]
    public void No_file_is_longer_than_five_hundred_lines()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

        Assert.All(sources, f => Assert.True(File.ReadLines(f).Count() <= 400, f));
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(SharedFolder.Repository, "src", $"R2ec.Distributed.{project}", $"R2ec.Distributed.{project}.csproj"))
            .Descendants(kind).Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'));
}
