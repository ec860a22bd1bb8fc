using System.Globalization;
using System.Text;
using static R2ec.Distributed.Node.Reports.ChartSvg;

namespace R2ec.Distributed.Node.Reports;

/// <summary>
/// The report as one page that needs nothing else: style and curves stand in it, no script, nothing loaded. All text from data, chains and specs is escaped;
/// a content policy refuses whatever slipped through.
/// </summary>
internal static class ReportPage
{
    /// <summary>The page's HTML.</summary>
    public static string Html(RunReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{Escape(report.Run)} · R2ec</title><style>{ReportStyle.Css}</style></head><body><main>
            <h1>{Escape(report.Run)}</h1>
            <p class="head"><span><b>{Escape(report.State)}</b></span><span>step <b>{report.Step}</b> of {report.Steps}</span><span>weights <b>{Escape(report.Weights.Length > 12 ? report.Weights[..12] : report.Weights)}</b></span><span>written {report.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC</span></p>

            """);
        Tiles(text, report);
        text.Append("<h2>Result</h2>").Append(ReportTables.Results(report));
        text.Append("<h2>Curves</h2><div class=\"charts\">").AppendJoin("", ReportCharts.Of(report).Select(Draw)).Append("</div>");
        text.Append("<h2>Chains of the last steps</h2>").Append(ReportTables.Chains(report));
        text.Append("<h2>What made it</h2>");
        Folded(text, "Spec as given", report.SpecGiven);
        Folded(text, "Spec as resolved", report.SpecResolved);
        Folded(text, "Numerics: what fixes the bits", string.Join('\n', report.Numerics.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => $"{n.Key}: {n.Value}")));
        return text.Append("</main></body></html>\n").ToString();
    }

    private static void Tiles(StringBuilder text, RunReport report)
    {
        var ends = report.Of("evaluate").Where(r => r.Number("valid/ndcg@10") is not null).ToList();
        var rewards = report.Of("train").Select(r => r.Number("reward/mean")).OfType<double>().ToList();
        text.Append("<div class=\"tiles\">");
        if (ends.Count > 0)
        {
            Tile(text, $"{Short(Math.Round(ends[0].Number("valid/ndcg@10")!.Value, 3))} → {Short(Math.Round(ends[^1].Number("valid/ndcg@10")!.Value, 3))}", "NDCG@10, validation");
        }

        if (ends.Count > 0 && ends[^1].Number("test/ndcg@10") is { } test)
        {
            Tile(text, Short(Math.Round(test, 3)), "NDCG@10, test, at the end");
        }

        if (rewards.Count > 0)
        {
            Tile(text, $"{Short(Math.Round(rewards.Take(10).Average(), 3))} → {Short(Math.Round(rewards.TakeLast(10).Average(), 3))}", "mean reward, first and last ten steps");
        }

        if (report.Of("baseline").Select(r => r.Number("valid/ndcg@10")).OfType<double>().DefaultIfEmpty(double.NaN).Max() is var best and not double.NaN)
        {
            Tile(text, Short(Math.Round(best, 3)), "NDCG@10, validation, best scorer without a model");
        }

        text.Append("</div>");
    }

    private static void Tile(StringBuilder text, string value, string name) => text.Append(CultureInfo.InvariantCulture, $"<div><b>{Escape(value)}</b><span>{Escape(name)}</span></div>");

    private static void Folded(StringBuilder text, string title, string content) =>
        text.Append(CultureInfo.InvariantCulture, $"<details><summary>{Escape(title)}</summary><pre>{Escape(content)}</pre></details>\n");
}
