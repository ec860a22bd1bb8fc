using System.Runtime.CompilerServices;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Data;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The lines of a run's samples.jsonl, made of journal, payloads and data set when somebody asks. One asks at a time: each reads a data set.</summary>
/// <param name="roots">Where data sets stand.</param>
/// <param name="payloads">Payloads of a run.</param>
internal sealed class ClusterSamples(SpecRoots roots, Func<RunId, IPayloadReader> payloads) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The lines in the order of steps. Groups whose payload is no longer kept are left out; without the data set there are none.</summary>
    public async IAsyncEnumerable<string> LinesAsync(RunState state, [EnumeratorCancellation] CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (state.Trained.IsEmpty || await DataAsync(state) is not { } set)
            {
                yield break;
            }

            var (chains, reader) = (new SampledChains(set), payloads(state.Run));
            foreach (var step in state.Trained.Where(step => SampledChains.IsShown(step.Step)))
            {
                foreach (var (index, digest) in step.Payloads.Take(SampledChains.GroupsPerSample).Index())
                {
                    if (digest is { } kept && await FindAsync(reader, kept, $"step {step.Step}, group {index}") is { } bytes)
                    {
                        foreach (var line in chains.Lines(step.Step, index, BlobContracts.Read<ScoredGroup>(bytes)))
                        {
                            yield return line;
                        }
                    }
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private static async Task<byte[]?> FindAsync(IPayloadReader reader, Digest digest, string place)
    {
        try
        {
            return await reader.ReadAsync(digest, place);
        }
        catch (InputException)
        {
            return null;
        }
    }

    private async Task<DataSet?> DataAsync(RunState state)
    {
        var spec = roots.Under(SpecFile.Of("the run's spec", state.Spec, []).Sound());
        try
        {
            return await Task.Factory.StartNew(() => RunAssembly.DataOf(spec), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (InputException)
        {
            return null;
        }
    }
}
