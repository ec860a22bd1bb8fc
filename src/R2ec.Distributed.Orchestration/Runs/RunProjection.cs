using System.Text;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>metrics.jsonl: made anew from the journal when a process takes a run up, then one line after the other. Not thread-safe.</summary>
public sealed class RunProjection : IDisposable
{
    private readonly FileStream _file;

    private RunProjection(FileStream file) => _file = file;

    /// <summary>Writes the file anew, whole or not at all, and keeps it open.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="facts">Its journal so far.</param>
    public static RunProjection Rebuild(RunFolder folder, IEnumerable<IRunEvent> facts)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(facts);
        var making = folder.Metrics + ".new";
        using (var file = new FileStream(making, FileMode.Create, FileAccess.Write))
        {
            foreach (var row in facts.SelectMany(MetricsProjection.Rows))
            {
                file.Write(Line(row));
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(making, folder.Metrics, overwrite: true);
        return new RunProjection(new FileStream(folder.Metrics, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
    }

    /// <summary>Adds a fact's lines.</summary>
    public void Apply(IRunEvent fact)
    {
        var rows = MetricsProjection.Rows(fact).ToList();
        foreach (var row in rows)
        {
            _file.Write(Line(row));
        }

        if (rows.Count > 0)
        {
            _file.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static byte[] Line(MetricRow row) => Encoding.UTF8.GetBytes(row.ToJson() + "\n");
}
