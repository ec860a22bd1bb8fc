using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Core.Tests.RecPo;

/// <summary>Advantages against golden/recpo/advantages, within the tolerance stored with each group; degenerate groups exactly.</summary>
public sealed class AdvantagesGolden
{
    [Theory]
    [InlineData(AdvantageKind.Grpo, "grpo")]
    [InlineData(AdvantageKind.Rloo, "rloo")]
    [InlineData(AdvantageKind.DrGrpo, "dr_grpo")]
    public void Every_group_has_the_golden_advantages(AdvantageKind kind, string name)
    {
        var golden = GoldenJson.Load(SharedFolder.Golden("recpo", "advantages.json"));

        var at = 0;
        foreach (var group in golden.GetProperty("groups").EnumerateArray())
        {
            var rewards = group.Numbers("rewards");
            var what = $"group {at++} ({group.Text("kind")}), {name}";
            Assert.True(group.GetProperty("equal").GetBoolean() == Advantages.IsDegenerate(rewards), what);
            var tolerance = Advantages.IsDegenerate(rewards) ? 0.0 : group.GetProperty("tolerance").Number(name);
            GoldenJson.Close(group.Numbers(name), Advantages.Of(rewards, kind), tolerance, what);
        }
    }
}
