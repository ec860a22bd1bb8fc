using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Core.Tests.Spec;

public sealed class SpecReadingTests
{
    [Fact]
    public void A_sound_spec_has_no_fault_and_takes_the_values_given()
    {
        var reading = SpecTree.SoundWith(("seed", "9"), ("recpo.batch_size", "16"), ("recpo.learning_rate", "3e-4"), ("recpo.train_truncated", "false"));

        Assert.Empty(reading.Faults);
        Assert.Equal(9, reading.Spec.Seed);
        Assert.Equal(16, reading.Spec.Recpo.Batch);
        Assert.Equal(3e-4, reading.Spec.Recpo.LearningRate);
        Assert.False(reading.Spec.Recpo.TrainTruncated);
        Assert.Equal(8, reading.Spec.Rollout.BundleGroups);
    }

    [Theory]
    [InlineData("sede", "3", "did you mean 'seed'")]
    [InlineData("recpo.stepz", "3", "did you mean 'recpo.steps'")]
    [InlineData("group_size", "4", "did you mean 'recpo.group_size'")]
    public void An_unknown_key_is_named_with_the_nearest_right_one(string key, string value, string hint)
    {
        var fault = Assert.Single(SpecTree.SoundWith((key, value)).Faults);

        Assert.Equal(key, fault.Key);
        Assert.Contains(hint, fault.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("test.yaml:5: ", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recpo.steps", "-5")]
    [InlineData("recpo.steps", "many")]
    [InlineData("recpo.steps", "1.5")]
    [InlineData("recpo.group_size", "1")]
    [InlineData("recpo.learning_rate", "0")]
    [InlineData("recpo.learning_rate", ".nan")]
    [InlineData("recpo.learning_rate", "-.inf")]
    [InlineData("recpo.learning_rate", "1e999")]
    [InlineData("recpo.advantage", "gpro")]
    [InlineData("recpo.train_truncated", "yes")]
    [InlineData("seed", "99999999999999999999")]
    [InlineData("recpo.steps", "")]
    public void A_value_out_of_its_rule_is_one_fault_at_its_key(string key, string value) =>
        Assert.Equal(key, Assert.Single(SpecTree.SoundWith((key, value)).Faults).Key);

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        var reading = SpecTree.SoundWith(("sede", "1"), ("recpo.steps", "-5"), ("recpo.group_size", "1"), ("model.heads", "3"));

        Assert.Equal(["model.hidden", "model.kv_heads", "recpo.group_size", "recpo.steps", "sede"], reading.Faults.Select(f => f.Key).Order(StringComparer.Ordinal));
        var refusal = Assert.Throws<InputException>(() => reading.Sound());
        Assert.All(reading.Faults, f => Assert.Contains(f.ToString(), refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_that_stands_twice_is_a_fault()
    {
        var place = new SpecPlace("test.yaml", 1);
        SpecNode.Entry Seed(int line) => new(new SpecPlace("test.yaml", line), "seed", new SpecNode.Scalar(place, "1", false));

        var reading = SpecReading.Of("test.yaml", new SpecNode.Map(place, [Seed(1), Seed(4)]), []);

        Assert.Contains(reading.Faults, f => f.Key == "seed" && f.Place.Line == 4);
    }

    [Fact]
    public void An_override_wins_and_says_where_it_came_from()
    {
        var tree = new SpecNode.Map(new SpecPlace("test.yaml", 1), []);
        SpecNode Value(string text) => new SpecNode.Scalar(new SpecPlace($"--set {text}", 0), text, false);

        var reading = SpecReading.Of("test.yaml", tree, [("recpo.steps", Value("7")), ("recpo.steps", Value("8")), ("model.lora.rank", Value("16")), ("recpo.stepz", Value("9"))]);

        Assert.Equal(8, reading.Spec.Recpo.Steps);
        Assert.Equal(16, reading.Spec.Model.Lora?.Rank);
        Assert.Contains(reading.Faults, f => f.Key == "recpo.stepz" && f.ToString().Contains("recpo.steps", StringComparison.Ordinal));
    }
}
