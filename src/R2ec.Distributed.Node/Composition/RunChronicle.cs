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
    private readonly Dictionary<GroupId, Digest> _groups = [];
    private IReadOnlyList<GroupId>? _assembled;
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
            case RunEvents.GroupCompleted e:
                _groups[e.Group] = e.Payload;
                break;
            case RunEvents.GroupsDropped e:
                Forget(e.Groups.Select(index => new GroupId(e.Step, index)));
                break;
            case RunEvents.StepAssembled e:
                _assembled = e.Groups;
                break;
            case RunEvents.StepTrained e:
                await TrainedAsync(e.Step);
                break;
            case RunEvents.Evaluated or RunEvents.Completed or RunEvents.Interrupted or RunEvents.Failed:
                Report();
                break;
        }
    }

    private async Task TrainedAsync(int step)
    {
        var trained = _assembled ?? [.. _groups.Keys.Where(group => group.Step == step).OrderBy(group => group.Index)];
        if (SampledChains.IsShown(step))
        {
            await SampleAsync(step, trained.Where(group => _groups.ContainsKey(group)).Take(SampledChains.GroupsPerSample));
        }

        Forget(trained);
        _assembled = null;
    }

    private void Forget(IEnumerable<GroupId> groups)
    {
        foreach (var group in groups)
        {
            _groups.Remove(group);
        }
    }

    private async Task SampleAsync(int step, IEnumerable<GroupId> groups)
    {
        if (ChainSample.ReadAll(_files.Samples).Any(s => s.Step == step))
        {
            return;                                                  // a resumed run trains some steps again
        }

        await using var payloads = await PayloadStore.OpenReadOnlyAsync(_folder);
        var lines = new List<string>();
        foreach (var id in groups)
        {
            var group = BlobContracts.Read<ScoredGroup>(await payloads.ReadAsync(_groups[id], $"step {id.Step}, group {id.Index}"));
            lines.AddRange(_chains.Lines(step, id.Index, group));
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
