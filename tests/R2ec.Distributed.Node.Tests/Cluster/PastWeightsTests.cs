using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Cluster;

namespace R2ec.Distributed.Node.Tests.Cluster;

public sealed class PastWeightsTests : IDisposable
{
    private readonly string _runs = Directory.CreateTempSubdirectory("r2ec-past-").FullName;

    public PastWeightsTests()
    {
        Write("past/weights/a.safetensors", "last");
        Write("past/weights/b.safetensors", "before");
        Write("past/weights/c.safetensors.part", "half");
        Write("past/checkpoints/step-000009/policy.safetensors", "a");
        Write("now/weights/d.safetensors", "now");
    }

    public void Dispose() => Directory.Delete(_runs, recursive: true);

    [Fact]
    public void A_node_that_only_uses_weights_keeps_those_of_its_run_alone()
    {
        PastWeights.Remove(_runs, new RunId("now"), publishes: false, File.ReadAllText);

        Assert.Equal(["d.safetensors"], Left());
    }

    [Fact]
    public void A_learner_gives_up_what_a_checkpoint_has_as_well()
    {
        PastWeights.Remove(_runs, new RunId("now"), publishes: true, File.ReadAllText);

        Assert.Equal(["b.safetensors", "d.safetensors"], Left());
        Assert.True(File.Exists(Path.Combine(_runs, "past/checkpoints/step-000009/policy.safetensors")));
    }

    private IEnumerable<string?> Left() => Directory.EnumerateFiles(_runs, "*", SearchOption.AllDirectories).Where(path => path.Contains("/weights/", StringComparison.Ordinal)).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_runs, path))!);
        File.WriteAllText(Path.Combine(_runs, path), text);
    }
}
