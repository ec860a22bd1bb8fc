using System.Globalization;
using System.Text;
using static R2ec.Distributed.Node.Reports.ChartSvg;

namespace R2ec.Distributed.Node.Reports;

/// <summary>The report's tables: the policy beside its controls and the model-free scorers, the gains, the chains.</summary>
internal static class ReportTables
{
    private const int ShownChains = 5;

    /// <summary>The policy at both ends, its controls and the baselines, on both splits.</summary>
    public static string Results(RunReport report)
    {
        var ends = report.Of("evaluate");
        if (ends.Count == 0)
        {
            return "<p class=\"note\">Nothing has been measured yet.</p>";
        }

        var (first, last) = (ends[0], ends[^1]);
        var text = new StringBuilder("<div class=\"wide\"><table><thead><tr><th></th><th>valid NDCG@10</th><th>valid HR@10</th><th>test NDCG@10</th><th>test HR@10</th></tr></thead><tbody>");
        foreach (var row in report.Of("baseline"))
        {
            Row(text, (row.Text("baseline") ?? "").Replace('_', ' ') + " (no model)", row, "", "");
        }

        Row(text, $"after the warm start (step {first.Step})", first, "", "");
        Row(text, "– without a chain", first, "no_chain/", "");
        Row(text, "– with other users' chains", first, "permuted_chain/", "");
        if (!ReferenceEquals(first, last))
        {
            Row(text, $"after RL (step {last.Step})", last, "", " class=\"main\"");
            Row(text, "– without a chain", last, "no_chain/", "");
            Row(text, "– with other users' chains", last, "permuted_chain/", "");
        }

        text.Append("</tbody></table></div>");
        return text.Append(Gains(last)).ToString();
    }

    /// <summary>Chains of the last steps: those with the highest and those with the lowest reward.</summary>
    public static string Chains(RunReport report)
    {
        var rewarded = report.Chains.Where(c => c is { Phase: "train", Reward: not null }).ToList();
        if (rewarded.Count == 0)
        {
            return "<p class=\"note\">No chains have been sampled yet.</p>";
        }

        var from = rewarded.Max(c => c.Step) - 10;
        var recent = rewarded.Where(c => c.Step > from).OrderByDescending(c => c.Reward).ThenBy(c => c.Step).ThenBy(c => c.Group).ToList();
        var half = Math.Min(ShownChains, Math.Max(1, recent.Count / 2));
        return $"<h3>Best</h3>{Cards(recent.Take(half))}<h3>Worst</h3>{Cards(recent.AsEnumerable().Reverse().Take(Math.Min(half, recent.Count - half)))}";
    }

    private static string Gains(MetricsRow last)
    {
        var gains = last.Values.Keys.Where(n => n.Contains("gain", StringComparison.Ordinal) && !n.EndsWith("/low", StringComparison.Ordinal) && !n.EndsWith("/high", StringComparison.Ordinal)).ToList();
        var text = new StringBuilder();
        foreach (var name in gains)
        {
            var (mean, low, high) = (last.Number(name), last.Number(name + "/low"), last.Number(name + "/high"));
            if (mean is not null && low is not null && high is not null)
            {
                var verdict = low > 0 ? "above 0" : high < 0 ? "below 0" : "not told apart from 0";
                text.Append(CultureInfo.InvariantCulture, $"<p><b>{Escape(Words(name))}</b>: {Signed(mean.Value)} [{Signed(low.Value)}, {Signed(high.Value)}], a paired difference with its 95 % interval over users: {verdict}.</p>");
            }
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, MetricsRow row, string control, string style)
    {
        string Cell(string split, string metric)
        {
            var value = row.Number($"{split}/{control}{metric}");
            var (low, high) = (row.Number($"{split}/{control}{metric}/low"), row.Number($"{split}/{control}{metric}/high"));
            var interval = low is null || high is null ? "" : $" <small>[{Short(Math.Round(low.Value, 3))}, {Short(Math.Round(high.Value, 3))}]</small>";
            return value is null ? "<td>–</td>" : $"<td>{value.Value.ToString("0.000", CultureInfo.InvariantCulture)}{interval}</td>";
        }

        var cells = Cell("valid", "ndcg@10") + Cell("valid", "hr@10") + Cell("test", "ndcg@10") + Cell("test", "hr@10");
        if (cells.Contains("<td>0", StringComparison.Ordinal) || cells.Contains("<td>1", StringComparison.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"<tr{style}><th>{Escape(name)}</th>{cells}</tr>");
        }
    }

    private static string Cards(IEnumerable<ChainSample> chains) => string.Concat(chains.Select(c =>
        $"""
        <article><p class="facts">step {c.Step} · reward <b>{Short(Math.Round(c.Reward ?? 0, 3))}</b> · rank {c.Rank}{(c.Closed ? "" : " · never wrote its marker")}{Terms(c)}</p>
        <p class="history">{Escape(string.Join(" → ", c.History.TakeLast(8)))} <b>→ {Escape(c.Target)}</b></p><pre>{Escape(c.Text)}</pre>
        <p class="facts">ranked best: {Escape(string.Join(", ", c.Top.Take(5)))}</p></article>

        """));

    private static string Terms(ChainSample chain) => string.Concat((chain.Terms ?? []).Select(term => term.Rejected is { } reason
        ? $" · rejected by {Escape(term.Name)}: {Escape(reason)}"
        : $" · {Escape(term.Name)} {Short(Math.Round(term.Value, 3))}"));

    private static string Words(string gain) =>
        $"RL's gain on {(gain.StartsWith("test/", StringComparison.Ordinal) ? "test" : "validation")} users, {gain[(gain.LastIndexOf('/') + 1)..].ToUpperInvariant()}";

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0", CultureInfo.InvariantCulture);
}
