using R2ec.Distributed.Data.Preparing;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Screens;

namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>prepare</c> does.</summary>
internal static class PrepareRun
{
    /// <summary>Prepares a data set; statistics go to stdout, progress and broken lines to stderr.</summary>
    public static async Task<int> RunAsync(PrepareRequest request, CancellationToken stop)
    {
        using var interruption = Interruption.Watch("Stopping; nothing is left of the unfinished data set.");
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, interruption.Drain);
        var options = Options(request);
        var bar = new ProgressLine(TimeProvider.System);
        var report = await Task.Run(() => Preparation.Run(options, new Told(bar), both.Token), CancellationToken.None);
        bar.Clear();
        foreach (var line in report.BrokenLines)
        {
            await Console.Error.WriteLineAsync($"broken line left out: {line}");
        }

        if (report.BrokenLineCount > report.BrokenLines.Count)
        {
            await Console.Error.WriteLineAsync($"... and {report.BrokenLineCount - report.BrokenLines.Count} broken lines more");
        }

        foreach (var line in report.Lines)
        {
            await Console.Out.WriteLineAsync(line);
        }

        return ExitCode.Done;
    }

    private static PrepareOptions Options(PrepareRequest request) => new()
    {
        Format = request.Format switch
        {
            "amazon" => PrepareFormat.Amazon,
            "movielens" => PrepareFormat.MovieLens,
            _ => PrepareFormat.Csv,
        },
        Interactions = request.Interactions,
        Items = request.Items,
        Out = request.Out,
        Start = request.Start is null ? null : Month.Parse("--start", request.Start),
        End = request.End is null ? null : Month.Parse("--end", request.End),
        KCore = request.KCore,
        Window = request.Window,
        MinItems = request.MinItems,
        RequirePrice = request.RequirePrice,
        ItemStatistics = request.ItemStatistics == "visible" ? ItemStatistics.Visible : ItemStatistics.Train,
        MinRating = request.MinRating,
        MinItemEvents = request.MinItemEvents,
        MinUserEvents = request.MinUserEvents,
        MaxBrokenLines = request.MaxBrokenLines,
    };

    private sealed class Told(ProgressLine bar) : IProgress<PrepareProgress>
    {
        public void Report(PrepareProgress value) => bar.Show($"{value.File}, line {value.Line}", value.Fraction);
    }
}
