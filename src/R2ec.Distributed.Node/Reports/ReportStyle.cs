namespace R2ec.Distributed.Node.Reports;

/// <summary>The page's style, inline: nothing is loaded from elsewhere. Colours were chosen to be told apart in both themes and by colour-blind readers.</summary>
internal static class ReportStyle
{
    /// <summary>CSS of the page.</summary>
    public const string Css =
        """
        :root{color-scheme:light dark;--back:#fff;--panel:#f6f7f9;--ink:#1b1f24;--soft:#5c6570;--rule:#dde1e6;--c0:#0b62c4;--c1:#c4500b;--c2:#0a7d55;--c3:#8a3ab9;--c4:#a8770a;--c5:#5c6570}
        @media (prefers-color-scheme:dark){:root{--back:#14171b;--panel:#1d2126;--ink:#e8eaed;--soft:#a0a8b2;--rule:#343a42;--c0:#6cb0ff;--c1:#ff9d5c;--c2:#4fd1a0;--c3:#cf98f5;--c4:#e6bd55;--c5:#a0a8b2}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:1180px;margin:0 auto;padding:24px 16px 64px}
        h1{font-size:1.7rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.25rem;margin:40px 0 12px}h3{font-size:1rem;margin:20px 0 8px}
        .head{display:flex;flex-wrap:wrap;gap:8px 24px;color:var(--soft);margin:8px 0 0;overflow-wrap:anywhere}.head b{color:var(--ink)}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:24px 0 0}
        .tiles div{background:var(--panel);border:1px solid var(--rule);border-radius:10px;padding:12px 14px}
        .tiles b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}.tiles span{color:var(--soft);font-size:.85rem}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:16px}
        figure{display:flex;flex-direction:column;margin:0;background:var(--panel);border:1px solid var(--rule);border-radius:10px;padding:14px}
        figcaption{font-size:.95rem}figcaption span{color:var(--soft);font-size:.85rem;display:block}
        svg{display:block;width:100%;height:auto;margin-top:auto;padding-top:6px}
        .legend{display:flex;flex-wrap:wrap;gap:2px 14px;margin:6px 0 0;font-size:.8rem;color:var(--soft)}
        .legend i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:6px;vertical-align:-1px;background:currentColor}
        .legend i.dash{height:0;border-top:2px dashed;border-radius:0;vertical-align:4px;background:none}
        .tick,.unit{fill:var(--soft);font-size:13px}.grid{stroke:var(--rule);stroke-width:1;fill:none}
        .line{fill:none;stroke-width:2;stroke-linejoin:round}.band{opacity:.16}.area{opacity:.85}.level{fill:none;stroke-width:1.5;stroke-dasharray:5 4}
        .s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}.s4{stroke:var(--c4)}.s5{stroke:var(--c5)}
        .b0{fill:var(--c0);color:var(--c0)}.b1{fill:var(--c1);color:var(--c1)}.b2{fill:var(--c2);color:var(--c2)}.b3{fill:var(--c3);color:var(--c3)}.b4{fill:var(--c4);color:var(--c4)}.b5{fill:var(--c5);color:var(--c5)}
        .l0{stroke:var(--c5)}.l1{stroke:var(--c3)}.l2{stroke:var(--c4)}.l3{stroke:var(--c1)}.l4{stroke:var(--c2)}
        .d0{color:var(--c5)}.d1{color:var(--c3)}.d2{color:var(--c4)}.d3{color:var(--c1)}.d4{color:var(--c2)}
        .wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
        th,td{padding:7px 12px;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}tbody th,thead th:first-child{text-align:left;font-weight:400}
        thead th{color:var(--soft);font-weight:500;font-size:.85rem}tr.main th,tr.main td{font-weight:700}small{color:var(--soft);font-weight:400}
        article{background:var(--panel);border:1px solid var(--rule);border-radius:10px;padding:12px 14px;margin:0 0 10px}
        article p{margin:0}.facts{color:var(--soft);font-size:.85rem}.history{font-size:.9rem;overflow-wrap:anywhere}
        pre{white-space:pre-wrap;overflow-wrap:anywhere;font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:6px 0}
        details{border:1px solid var(--rule);border-radius:10px;padding:10px 14px;margin:0 0 10px}summary{cursor:pointer}.note{color:var(--soft)}
        """;
}
