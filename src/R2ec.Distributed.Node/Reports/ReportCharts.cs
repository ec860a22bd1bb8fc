namespace R2ec.Distributed.Node.Reports;

/// <summary>Which curves the report draws, from which metrics.</summary>
internal static class ReportCharts
{
    private const string Ndcg = "valid/ndcg@10";

    /// <summary>The charts in the order of the page; those without a point draw nothing.</summary>
    public static IReadOnlyList<Chart> Of(RunReport report)
    {
        var (train, evaluations) = (report.Of("train"), report.Of("evaluate"));
        return
        [
            Quality(report, evaluations),
            new("Reward", "Mean over the step's chains; it should rise.", "reward", Named(train, "reward/mean"), []),
            new("Reward terms", "Mean of each further term over the chains that it does not reject, before its weight.", "value", Matching(train, n => n.StartsWith("reward/", StringComparison.Ordinal) && n.EndsWith("/mean", StringComparison.Ordinal) && n != "reward/mean"), []),
            new("Length of chains", "Tokens, the marker included.", "tokens", Matching(train, n => n.StartsWith("rollout/", StringComparison.Ordinal) && n.Contains("length", StringComparison.Ordinal)), []),
            new("Share of chains", "Closed: the chain wrote its marker itself. Degenerate: groups of equal rewards, which carry no signal.", "share", Matching(train, n => n.EndsWith("_fraction", StringComparison.Ordinal)), []),
            new("Entropy", "Of the policy along its chains; a fall to 0 means that it writes one chain only.", "nats", Matching(train, n => n.Contains("entropy", StringComparison.Ordinal)), []),
            new("Clip share", "Tokens whose ratio lay outside the clip; 0 on policy.", "share", Matching(train, n => n.StartsWith("clip/", StringComparison.Ordinal)), []),
            new("Gradient norms", "Before clipping: the whole, and where measured the token and the item part apart. The larger part steers the step.", "norm", Matching(train, n => n.StartsWith("gradient/", StringComparison.Ordinal)), []),
            new("Losses of RL", "Token and item part, weights included.", "loss", Matching(train, n => n.StartsWith("loss/", StringComparison.Ordinal)), []),
            new("Losses of the warm start", "Supervised training before RL.", "loss", Matching(report.Of("warm_start"), n => n.StartsWith("loss/", StringComparison.Ordinal)), []),
            new("Time of a step", "Where the seconds go.", "seconds", Times(train), [], Stacked: true),
        ];
    }

    private static Chart Quality(RunReport report, IReadOnlyList<MetricsRow> evaluations)
    {
        var rows = evaluations.Where(r => r.Number(Ndcg) is not null).ToList();
        var band = rows.Select(r => (Low: r.Number(Ndcg + "/low"), High: r.Number(Ndcg + "/high"))).ToList();
        var whole = new Curve("with its chain", Points(rows, Ndcg), band.TrueForAll(b => b.Low is not null && b.High is not null) ? [.. band.Select(b => (b.Low!.Value, b.High!.Value))] : null, Marks: true);
        var levels = report.Of("baseline").Where(r => r.Number(Ndcg) is not null).Select(r => ((r.Text("baseline") ?? "baseline").Replace('_', ' '), r.Number(Ndcg)!.Value)).ToList();
        return new Chart("NDCG@10 on validation users", "Full ranking; the band is the 95 % interval over users. The controls use the same weights.", "NDCG@10",
            [whole, new("without a chain", Points(rows, "valid/no_chain/ndcg@10"), null, true), new("with other users' chains", Points(rows, "valid/permuted_chain/ndcg@10"), null, true)], levels);
    }

    private static List<(double Step, double Value)> Points(IReadOnlyList<MetricsRow> rows, string name) =>
        [.. rows.Where(r => r.Number(name) is not null).Select(r => ((double)r.Step, r.Number(name)!.Value))];

    private static IReadOnlyList<Curve> Named(IReadOnlyList<MetricsRow> rows, params string[] names) => [.. names.Select(n => new Curve(n, Points(rows, n)))];

    private static IReadOnlyList<Curve> Matching(IReadOnlyList<MetricsRow> rows, Func<string, bool> wanted) =>
        Named(rows, [.. rows.SelectMany(r => r.Values.Keys).Distinct().Where(wanted).Take(6)]);

    private static IReadOnlyList<Curve> Times(IReadOnlyList<MetricsRow> rows) =>
        [.. Matching(rows, n => n.StartsWith("time/", StringComparison.Ordinal) && n != "time/step_s").Select(c => c with { Name = c.Name["time/".Length..].Replace("_s", "", StringComparison.Ordinal) })];
}
