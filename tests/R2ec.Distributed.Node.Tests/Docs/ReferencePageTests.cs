namespace R2ec.Distributed.Node.Tests.Docs;

/// <summary>The reference pages of metrics and of a run's folder, against what a run really leaves.</summary>
public sealed class ReferencePageTests(SmallestRun run) : IClassFixture<SmallestRun>
{
    [Theory]
    [InlineData("baseline")]
    [InlineData("warm_start")]
    [InlineData("train")]
    [InlineData("evaluate")]
    public void The_page_names_the_metrics_that_a_run_writes_and_no_others(string phase)
    {
        var written = run.Rows.Where(row => row.Phase == phase).SelectMany(row => row.Names).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(written, Documented(phase).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_names_everything_in_the_folder_of_a_run()
    {
        var page = Page.Of("docs/run-folder.md").Text;

        Assert.All(
            Directory.EnumerateFileSystemEntries(run.Folder).Select(path => Path.GetFileName(path)),
            name => Assert.Contains($"`{name.Replace("-wal", "", StringComparison.Ordinal).Replace("-shm", "", StringComparison.Ordinal)}", page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Documented(string phase)
    {
        var text = Page.Of("docs/metrics.md").Text;
        var from = text.IndexOf($"\n## {phase}\n", StringComparison.Ordinal);
        var to = text.IndexOf("\n## ", from + 1, StringComparison.Ordinal);
        return text[from..(to < 0 ? text.Length : to)].Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Expanded(line.Split('`')[1]));
    }

    private static IEnumerable<string> Expanded(string name) =>
        from split in name.Contains("SPLIT", StringComparison.Ordinal) ? (string[])["valid", "test"] : [""]
        from control in name.Contains("CONTROL", StringComparison.Ordinal) ? (string[])["no_chain", "permuted_chain"] : [""]
        from cutoff in name.EndsWith("@K", StringComparison.Ordinal) ? (string[])["@5", "@10", "@20"] : [""]
        select name.Replace("SPLIT", split, StringComparison.Ordinal).Replace("CONTROL", control, StringComparison.Ordinal).Replace("@K", cutoff, StringComparison.Ordinal);
}
