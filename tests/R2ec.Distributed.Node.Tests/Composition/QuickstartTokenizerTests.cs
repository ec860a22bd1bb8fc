using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Data.Prompts;
using R2ec.Distributed.Data.Quickstart;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Composition;

public sealed class QuickstartTokenizerTests
{
    private static readonly string Spec = Path.Combine(SharedFolder.Repository, "cluster-config", "experiments", "quickstart.yaml");

    /// <summary>On a difference the right file is written beside the embedded one, with .received in its name.</summary>
    [Fact]
    public void The_embedded_tokenizer_is_the_one_that_the_world_trains()
    {
        var spec = SpecFile.Read(Spec, ["model.tokenizer=train"]).Sound();
        var token = 0L;
        var set = QuickstartWorld.Create(spec.Data.Users, () => Chance.Uniform((ulong)spec.Data.Seed, ChancePurpose.World, 0, 0, 0, token++));
        var writer = new PromptWriter(set, spec.Prompts);
        var chains = new ChainWriter(set, writer, spec.WarmStart.Chains!);
        var asset = Path.Combine(SharedFolder.Repository, "src", "R2ec.Distributed.Node", "Assets", "quickstart-tokenizer.json");

        var trained = TokenizerSource.Trained(spec, set, writer, chains);

        if (!trained.AsSpan().SequenceEqual(File.ReadAllBytes(asset)))
        {
            File.WriteAllBytes(Path.ChangeExtension(asset, ".received.json"), trained);
            Assert.Fail("The embedded tokenizer is out of date; the new one stands beside it.");
        }
    }
}
