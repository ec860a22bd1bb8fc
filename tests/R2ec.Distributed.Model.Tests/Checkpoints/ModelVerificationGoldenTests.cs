using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Tests.Backbones;

namespace R2ec.Distributed.Model.Tests.Checkpoints;

public sealed class ModelVerificationGoldenTests
{
    public static TheoryData<string> Checkpoints => GoldenFolders.Checkpoints();

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void A_checkpoint_gives_the_logits_and_hidden_states_of_its_reference(string name)
    {
        var folder = GoldenFolders.NeedFamily(name);

        var report = ModelVerification.Run(Path.Combine(folder, "checkpoint"), Path.Combine(folder, "golden.safetensors"));

        Assert.True(report.Passes, report.Summary);
        Assert.Contains(report.Tensors, tensor => tensor.Name.EndsWith(".logits", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine(report.Summary);
    }
}
