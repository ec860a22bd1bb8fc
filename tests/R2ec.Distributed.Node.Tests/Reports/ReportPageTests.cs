using System.Text.RegularExpressions;
using R2ec.Distributed.Node.Reports;

namespace R2ec.Distributed.Node.Tests.Reports;

public sealed partial class ReportPageTests
{
    [Fact]
    public void Text_from_data_chains_and_specs_never_becomes_markup()
    {
        var page = ReportPage.Html(MadeUpReport.Of(40, MadeUpReport.Hostile));

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_loads_nothing() => Assert.DoesNotMatch(Loads(), ReportPage.Html(MadeUpReport.Of(40, "plain")));

    [Fact]
    public void The_page_has_curves_chains_a_table_and_what_made_it()
    {
        var page = ReportPage.Html(MadeUpReport.Of(40, "plain"));

        Assert.True(Regex.Count(page, "<svg") >= 9, "fewer than nine charts");
        Assert.Contains("with other users", page, StringComparison.Ordinal);
        Assert.Contains("popularity (no model)", page, StringComparison.Ordinal);
        Assert.Contains("not told apart from 0", page, StringComparison.Ordinal);
        Assert.Contains("Spec as resolved", page, StringComparison.Ordinal);
        Assert.Contains("<h3>Worst</h3>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_shows_its_reward_terms_and_why_one_of_them_rejects_it()
    {
        var report = MadeUpReport.Of(20, "plain");
        var termed = report with { Chains = [.. report.Chains.Select(chain => chain with { Terms = [new TermSample("brevity", 0.25, null), new TermSample("judge", 0, MadeUpReport.Hostile)] })] };

        var page = ReportPage.Html(termed);

        Assert.Contains(" · brevity 0.25", page, StringComparison.Ordinal);
        Assert.Contains(" · rejected by judge: &lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("brevity", ReportPage.Html(report), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_without_terms_stands_as_it_did_before_there_were_terms()
    {
        var plain = MadeUpReport.Of(1, "plain").Chains[0];

        Assert.EndsWith("\"text\":\"A stove means camping. plain Next: rustic camping \\u003Canswer\\u003E\"}", plain.ToLine(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_run_gives_the_same_page() => Assert.Equal(ReportPage.Html(MadeUpReport.Of(20, "x")), ReportPage.Html(MadeUpReport.Of(20, "x")));

    [Fact]
    public void A_run_without_a_row_has_a_page_too()
    {
        var empty = MadeUpReport.Of(1, "x") with { Rows = [], Chains = [] };

        Assert.Contains("Nothing has been measured yet", ReportPage.Html(empty), StringComparison.Ordinal);
    }

    [GeneratedRegex("""<(script|img|link|iframe|object|embed)\b|(src|href)\s*=|url\(|@import""", RegexOptions.IgnoreCase)]
    private static partial Regex Loads();
}
