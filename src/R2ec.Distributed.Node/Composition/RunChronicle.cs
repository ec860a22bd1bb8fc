using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Reports;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Node.Composition;

/// <summary>
/// Writes what a run leaves for people: samples.jsonl, a few chains of every tenth step and of the last, and report.html at every evaluation and at the
/// end. Facts are taken in without waiting and worked on one after the other; a fault here is logged and never harms the run.
/// </summary>
internal sealed partial class RunChronicle : IAsyncDisposable
{
    private readonly RunFolder _folder;
    private readonly RunFiles _files;
    private readonly SampledChains _chains;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Channel<IRunEvent> _facts = Channel.CreateUnbounded<IRunEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SortedDictionary<int, Digest> _groups = [];
    private readonly Task _writing;
    private bool _closed;

    /// <summary>Begins to write.</summary>
    public RunChronicle(RunFolder folder, RunAssembly assembly, TimeProvider clock, ILogger log)
    {
        (_folder, _files, _chains, _clock, _log) = (folder, new RunFiles(folder.Path), new SampledChains(assembly.Set), clock, log);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Takes a fact in.</summary>
    public void Observe(IRunEvent fact) => _facts.Writer.TryWrite(fact);

    /// <summary>Works off what is left and writes the last report.</summary>
    public async Task CloseAsync()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _facts.Writer.TryComplete();
        await _writing;
        await GuardedAsync(() =>
        {
            Report();
            return Task.CompletedTask;
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task WriteAsync()
    {
        await foreach (var fact in _facts.Reader.ReadAllAsync())
        {
            await GuardedAsync(() => WriteAsync(fact));
        }
    }

    private async Task WriteAsync(IRunEvent fact)
    {
        switch (fact)
        {
            case RunEvents.StepPlanned:
                _groups.Clear();
                break;
            case RunEvents.GroupCompleted e when e.Group.Index < SampledChains.GroupsPerSample:
                _groups[e.Group.Index] = e.Payload;
                break;
            case RunEvents.StepTrained e when SampledChains.IsShown(e.Step):
                await SampleAsync(e.Step);
                break;
            case RunEvents.Evaluated or RunEvents.Completed or RunEvents.Interrupted or RunEvents.Failed:
                Report();
                break;
        }
    }

    private async Task SampleAsync(int step)
    {
        if (ChainSample.ReadAll(_files.Samples).Any(s => s.Step == step))
        {
            return;                                                  // a resumed run trains some steps again
        }

        await using var payloads = await PayloadStore.OpenReadOnlyAsync(_folder);
        var lines = new List<string>();
        foreach (var (index, digest) in _groups)
        {
            var group = BlobContracts.Read<ScoredGroup>(await payloads.ReadAsync(digest, $"step {step}, group {index}"));
            lines.AddRange(_chains.Lines(step, index, group));
        }

        await File.AppendAllLinesAsync(_files.Samples, lines);
    }

    private void Report()
    {
        var summary = JournalReader.Summary(_folder);
        _files.WriteReport(_folder.Run.Value, summary.Phase.ToString(), summary.Step, summary.Steps, summary.Weights?.Hex ?? "", _clock.GetUtcNow());
    }

    private async Task GuardedAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InputException)
        {
            LogFault(_log, fault.Message);
        }
    }

    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "Left out a part of samples or report: {Reason}")]
    private static partial void LogFault(ILogger logger, string reason);
}
