using CsCheck;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

public sealed class RunRulesTests
{
    [Fact]
    public void Shards_differ_by_at_most_one_and_larger_ones_come_first() => Gen.Select(Gen.Int[0, 200], Gen.Int[1, 40]).Sample((count, parts) =>
    {
        var sizes = Cuts.Shards(count, parts);
        return sizes.Count == parts && sizes.Sum() == count && sizes.Max() - sizes.Min() <= 1 && sizes.SequenceEqual(sizes.OrderDescending());
    });

    [Fact]
    public void Bundles_are_full_save_the_last() => Gen.Select(Gen.Int[0, 200], Gen.Int[1, 40]).Sample((count, size) =>
    {
        var sizes = Cuts.Bundles(count, size);
        return sizes.Sum() == count && sizes.SkipLast(1).All(s => s == size) && sizes.All(s => s is > 0 && s <= size);
    });

    [Fact]
    public void Evenly_spaced_places_ascend_and_lie_within() => Gen.Select(Gen.Int[1, 500], Gen.Int[0, 600]).Sample((count, wanted) =>
    {
        var places = Cuts.EvenlySpaced(count, wanted);
        return places.Count == (wanted == 0 ? count : Math.Min(wanted, count)) && places.SequenceEqual(places.Order().Distinct()) && places[0] == 0 && places[^1] < count;
    });

    [Fact]
    public void A_pass_takes_every_prompt_at_most_once_and_passes_differ()
    {
        var plan = RunScript.Plan() with { TrainCount = 10, Batch = 3 };
        var order = new PromptOrder(plan);

        var first = Enumerable.Range(1, 3).SelectMany(order.Samples).ToList();
        var second = Enumerable.Range(4, 3).SelectMany(order.Samples).ToList();

        Assert.Equal(9, first.Distinct().Count());
        Assert.NotEqual(first, second);
        Assert.Equal(first, Enumerable.Range(1, 3).SelectMany(new PromptOrder(plan).Samples));
    }

    [Fact]
    public void Data_smaller_than_a_batch_repeats()
    {
        var samples = new PromptOrder(RunScript.Plan() with { TrainCount = 2, Batch = 5 }).Samples(1);

        Assert.Equal(5, samples.Count);
        Assert.Equal(samples[0], samples[2]);
    }

    [Fact]
    public void Rows_are_a_function_of_the_journal()
    {
        var script = new RunScript(RunScript.Plan()).Begin().ToTheEnd();

        var rows = script.Facts.SelectMany(MetricsProjection.Rows).ToList();

        Assert.Equal(["baseline", "warm_start", "warm_start", "warm_start", "evaluate", "train", "train", "evaluate", "train", "train", "evaluate"], rows.Select(row => row.Phase));
        Assert.Equal("""{"phase":"train","step":1,"reward/mean":1,"time/step_s":1,"at":"2026-01-02T03:04:05Z"}""", rows[5].ToJson());
        Assert.Equal(4, MetricsProjection.Last(script.Facts).Single(metric => metric.Name == "reward/mean").Value);
    }

    [Fact]
    public void A_number_that_is_not_finite_is_left_out_of_a_row() =>
        Assert.Equal("""{"phase":"train","step":1,"at":"2026-01-02T03:04:05Z"}""", new MetricRow("train", 1, null, [new Metric("loss", double.NaN)], RunScript.Now).ToJson());

    [Fact]
    public void A_run_that_works_without_a_process_was_interrupted()
    {
        var facts = new RunScript(RunScript.Plan()).Begin().Facts;

        Assert.Equal(RunPhase.Interrupted, RunSummary.Of(RunScript.Run, facts, alive: false).Phase);
        Assert.Equal(RunPhase.Running, RunSummary.Of(RunScript.Run, facts, alive: true).Phase);
        Assert.Equal(RunPhase.Queued, RunSummary.Of(RunScript.Run, [], alive: false).Phase);
    }
}
