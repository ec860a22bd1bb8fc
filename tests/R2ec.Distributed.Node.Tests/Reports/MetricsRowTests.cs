using R2ec.Distributed.Node.Reports;

namespace R2ec.Distributed.Node.Tests.Reports;

public sealed class MetricsRowTests
{
    [Fact]
    public void A_last_line_that_a_crash_cut_short_is_left_out()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("r2ec-rows").FullName, "metrics.jsonl");
        File.WriteAllText(path, "{\"phase\":\"train\",\"step\":1,\"reward/mean\":0.5}\n{\"phase\":\"train\",\"ste");

        var row = Assert.Single(MetricsRow.ReadAll(path));

        Assert.Equal(("train", 1, 0.5), (row.Phase, row.Step, row.Number("reward/mean")));
    }
}
