using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Folders;

namespace R2ec.Distributed.Node.Api;

/// <summary>What the API's routes need beside the coordinator.</summary>
internal sealed record ApiOptions
{
    /// <summary>Most bytes of a request's body: 2 MB.</summary>
    public const long MostBodyBytes = 2 << 20;

    /// <summary>Most events of one answer; who wants more asks again.</summary>
    public const int MostEvents = 2000;

    /// <summary>Where names of data sets and checkpoints in submitted specs are looked up.</summary>
    public required SpecRoots Roots { get; init; }

    /// <summary>Whether another node has a folder of this name, which is then fetched from it.</summary>
    public Func<FolderKind, string, CancellationToken, Task<bool>> Elsewhere { get; init; } = (_, _, _) => Task.FromResult(false);

    /// <summary>The lines of a run's samples.jsonl.</summary>
    public Func<RunState, CancellationToken, IAsyncEnumerable<string>> Samples { get; init; } = (_, _) => NoneAsync();

    /// <summary>Makes every "auto" of a spec definite.</summary>
    public Func<ExperimentSpec, ExperimentSpec> Resolve { get; init; } = RunAssembly.Resolve;

    /// <summary>The clock that ages are told by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    private static async IAsyncEnumerable<string> NoneAsync()
    {
        await Task.CompletedTask;
        yield break;
    }
}
