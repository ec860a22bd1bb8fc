using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Specs;

public sealed class SpecFileTests
{
    public static TheoryData<string> Shipped => [.. Directory.EnumerateFiles(Experiments, "*.yaml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string Experiments => Path.Combine(SharedFolder.Repository, "cluster-config", "experiments");

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_spec_is_sound(string name) => Assert.Empty(SpecFile.Read(Path.Combine(Experiments, name), []).Faults);

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_spec_sets_every_key_that_scripts_rely_on(string name)
    {
        var places = SpecFile.Read(Path.Combine(Experiments, name), []).Places;

        Assert.All(
            (string[])["seed", "data.seed", "recpo.steps", "recpo.batch_size", "recpo.group_size", "recpo.token_weight", "recpo.item_weight", "recpo.learning_rate", "learning.shards", "evaluation.every", "numerics.threads"],
            key => Assert.True(places.ContainsKey(key), key));
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_resolved_spec_reads_back_to_the_same_text(string name)
    {
        var resolved = SpecWriter.Resolved(SpecFile.Read(Path.Combine(Experiments, name), ["seed=77"]).Sound());

        Assert.Equal(resolved, SpecWriter.Resolved(SpecFile.Of("resolved.yaml", resolved, []).Sound()));
        Assert.Contains("seed: 77\n", resolved, StringComparison.Ordinal);
    }

    [Fact]
    public void The_spec_to_begin_with_is_sound() => Assert.Empty(SpecFile.Of("init.yaml", SpecStarter.Text(), []).Faults);

    [Fact]
    public void The_spec_to_begin_with_names_every_key() =>
        Assert.All(SpecCatalogue.ByPath.Values, f => Assert.Contains($"{f.Key}:", SpecStarter.Text(), StringComparison.Ordinal));

    [Fact]
    public void The_reference_page_is_the_one_that_the_records_make()
    {
        var page = File.ReadAllText(Path.Combine(SharedFolder.Repository, "docs", "experiment-spec.md"));

        Assert.True(page == SpecPage.Text(), "docs/experiment-spec.md is out of date: write it anew with `./r2ec spec schema --page > docs/experiment-spec.md`.");
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("nothing.yaml", Assert.Throws<InputException>(() => SpecFile.Read("nothing.yaml", [])).Message, StringComparison.Ordinal);

    [Fact]
    public void An_override_without_a_value_sign_is_refused() =>
        Assert.Contains("KEY=VALUE", Assert.Throws<InputException>(() => SpecFile.Of("s.yaml", "seed: 1", ["seed"])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_list_and_names_with_texts_can_be_overridden()
    {
        var spec = SpecFile.Of("s.yaml", "seed: 1", ["model.lora.target_modules=[q_proj, v_proj]", "warm_start.chains.plausible={a: history, z: history}"]).Spec;

        Assert.Equal(["q_proj", "v_proj"], spec.Model.Lora!.TargetModules);
        Assert.Equal(["a", "z"], spec.WarmStart.Chains!.Plausible.Keys);
    }

    [Fact]
    public void A_list_that_names_something_unknown_says_what_is_near() =>
        Assert.Contains("'q_proj'", string.Concat(SpecFile.Of("s.yaml", "model:\n  lora:\n    target_modules: [q_prj]\n", []).Faults), StringComparison.Ordinal);
}
