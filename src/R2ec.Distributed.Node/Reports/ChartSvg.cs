using System.Globalization;
using System.Net;
using System.Text;

namespace R2ec.Distributed.Node.Reports;

/// <summary>Draws a chart as inline SVG: axes with round numbers, interval bands, lines, names. Colours are classes of the page's style.</summary>
internal static class ChartSvg
{
    private const double Width = 640, Height = 300, Left = 58, Right = 14, Top = 12, Bottom = 36;

    /// <summary>The chart's figure; empty where there is nothing to draw.</summary>
    public static string Draw(Chart chart)
    {
        var curves = chart.Curves.Where(c => c.Points.Count > 0).ToList();
        if (curves.Count == 0)
        {
            return "";
        }

        var layers = chart.Stacked ? Stack(curves) : curves;
        var scale = Scale.Of(layers, chart);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<figure><figcaption><b>{Escape(chart.Title)}</b> <span>{Escape(chart.Note)}</span></figcaption>");
        Legend(text, curves, chart.Levels);
        text.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Escape(chart.Title)}\">");
        Axes(text, scale, chart.Unit);
        for (var i = layers.Count - 1; i >= 0; i--)
        {
            if (chart.Stacked)
            {
                Area(text, scale, layers[i].Points, i == 0 ? null : layers[i - 1].Points, i);
            }
            else
            {
                Line(text, scale, layers[i], i);
            }
        }

        for (var i = 0; i < chart.Levels.Count; i++)
        {
            var (x, far, y) = (N(Left), N(Width - Right), N(scale.Y(chart.Levels[i].Value)));
            text.Append(CultureInfo.InvariantCulture, $"<path class=\"level l{i % 5}\" d=\"M{x} {y}H{far}\"><title>{Escape(chart.Levels[i].Name)} {Short(chart.Levels[i].Value)}</title></path>");
        }

        return text.Append("</svg></figure>\n").ToString();
    }

    /// <summary>What a step along an axis can leave of zero in rounding.</summary>
    private const double SmallestShown = 1e-12;

    /// <summary>A number in at most four significant digits.</summary>
    public static string Short(double value) => !double.IsFinite(value) ? "not finite"
        : Math.Abs(value) < SmallestShown ? "0"
        : Math.Abs(value) is >= 10000 or (> 0 and < 0.001) ? value.ToString("0.##e0", CultureInfo.InvariantCulture) : value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Text that cannot become markup.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static List<Curve> Stack(List<Curve> curves)
    {
        var steps = curves[0].Points.Select(p => p.Step).ToList();
        var sums = new double[steps.Count];
        var layers = new List<Curve>();
        foreach (var curve in curves)
        {
            var values = curve.Points.GroupBy(p => p.Step).ToDictionary(p => p.Key, p => p.First().Value);
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += values.GetValueOrDefault(steps[i]);
            }

            layers.Add(curve with { Points = [.. steps.Zip(sums)] });
        }

        return layers;
    }

    private static void Legend(StringBuilder text, List<Curve> curves, IReadOnlyList<(string Name, double Value)> levels)
    {
        if (curves.Count + levels.Count < 2)
        {
            return;
        }

        text.Append("<p class=\"legend\">");
        for (var i = 0; i < curves.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<span><i class=\"b{i % 6}\"></i>{Escape(curves[i].Name)}</span>");
        }

        for (var i = 0; i < levels.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<span><i class=\"dash d{i % 5}\"></i>{Escape(levels[i].Name)} {Short(levels[i].Value)}</span>");
        }

        text.Append("</p>");
    }

    private static void Axes(StringBuilder text, Scale scale, string unit)
    {
        foreach (var value in Scale.Ticks(scale.Low, scale.High, 5))
        {
            var y = N(scale.Y(value));
            text.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{N(Left)} {y}H{N(Width - Right)}\"/><text class=\"tick\" x=\"{N(Left - 8)}\" y=\"{y}\" dy=\".35em\" text-anchor=\"end\">{Short(value)}</text>");
        }

        foreach (var step in Scale.Ticks(scale.First, scale.Last, 6).Where(s => s == Math.Floor(s)))
        {
            text.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{N(scale.X(step))}\" y=\"{N(Height - Bottom + 18)}\" text-anchor=\"middle\">{Short(step)}</text>");
        }

        text.Append(CultureInfo.InvariantCulture, $"<text class=\"unit\" x=\"{N(Width - Right)}\" y=\"{N(Height - 4)}\" text-anchor=\"end\">step</text><text class=\"unit\" transform=\"translate(12 {N((Top + Height - Bottom) / 2)}) rotate(-90)\" text-anchor=\"middle\">{Escape(unit)}</text>");
    }

    private static void Line(StringBuilder text, Scale scale, Curve curve, int index)
    {
        if (curve.Band is { } band && band.Count == curve.Points.Count)
        {
            Area(text, scale, [.. curve.Points.Select((p, i) => (p.Step, band[i].High))], [.. curve.Points.Select((p, i) => (p.Step, band[i].Low))], index, "band");
        }

        text.Append(CultureInfo.InvariantCulture, $"<path class=\"line s{index % 6}\" d=\"{Path(scale, curve.Points)}\"/>");
        if (!curve.Marks && curve.Points.Count > 1)
        {
            return;
        }

        foreach (var (step, value) in curve.Points)
        {
            text.Append(CultureInfo.InvariantCulture, $"<circle class=\"b{index % 6}\" cx=\"{N(scale.X(step))}\" cy=\"{N(scale.Y(value))}\" r=\"3.5\"><title>{Escape(curve.Name)}, step {Short(step)}: {Short(value)}</title></circle>");
        }
    }

    private static void Area(StringBuilder text, Scale scale, IReadOnlyList<(double Step, double Value)> upper, IReadOnlyList<(double Step, double Value)>? lower, int index, string kind = "area")
    {
        var below = lower ?? [.. upper.Select(p => (p.Step, 0.0))];
        text.Append(CultureInfo.InvariantCulture, $"<path class=\"{kind} b{index % 6}\" d=\"{Path(scale, upper)}L{Path(scale, [.. below.Reverse()])[1..]}Z\"/>");
    }

    private static string Path(Scale scale, IReadOnlyList<(double Step, double Value)> points) =>
        "M" + string.Join('L', points.Select(p => $"{N(scale.X(p.Step))} {N(scale.Y(p.Value))}"));

    private static string N(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private sealed record Scale(double First, double Last, double Low, double High)
    {
        private const double LeastRange = 0.01;

        private static readonly int[] RoundSteps = [1, 2, 5, 10];

        public static Scale Of(List<Curve> curves, Chart chart)
        {
            var steps = curves.SelectMany(c => c.Points.Select(p => p.Step)).ToList();
            var values = curves.SelectMany(c => c.Points.Select(p => p.Value)).Concat(chart.Levels.Select(l => l.Value))
                .Concat(curves.SelectMany(c => c.Band ?? []).SelectMany(b => new[] { b.Low, b.High })).Where(double.IsFinite).DefaultIfEmpty(0).ToList();
            var (low, high) = (chart.Stacked ? 0 : values.Min(), values.Max());
            low = low > 0 && low < high * 0.5 ? 0 : low;
            var room = high > low ? (high - low) * 0.05 : Math.Max(Math.Abs(high) * 0.1, LeastRange);
            return new Scale(steps.Min(), Math.Max(steps.Max(), steps.Min() + 1), low == 0 ? 0 : low - room, high + room);
        }

        public double X(double step) => Left + ((step - First) / (Last - First) * (Width - Left - Right));

        public double Y(double value) => Height - Bottom - ((Math.Clamp(double.IsFinite(value) ? value : Low, Low, High) - Low) / (High - Low) * (Height - Top - Bottom));

        public static IEnumerable<double> Ticks(double low, double high, int count)
        {
            var raw = (high - low) / count;
            var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
            var each = RoundSteps.Select(m => m * power).First(s => s >= raw * 0.999);
            for (var i = Math.Ceiling(low / each - 1e-9); i * each <= high + (each * 1e-9); i++)
            {
                yield return Math.Round(i * each, 12) + 0.0;      // + 0.0: no tick says -0
            }
        }
    }
}
