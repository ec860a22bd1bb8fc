using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Puts runs together on a node: names of data sets and checkpoints stand for folders under its roots.</summary>
/// <param name="config">The node.</param>
/// <param name="hashes">Hashes of the files below its roots.</param>
internal sealed class NodeAssembler(NodeConfig config, FolderHashes hashes) : IRunAssembler
{
    /// <inheritdoc/>
    public AssembledRun Assemble(string spec)
    {
        var read = SpecFile.Of("the run's spec", spec, []).Sound();
        var run = RunAssembly.Of(new SpecRoots(config.DataRoot, config.ModelRoot).Under(read), null, hashes);
        var engines = new EngineFactory(run.Context);
        return new AssembledRun
        {
            Spec = run.Spec,
            Data = run.DataDigest,
            Tokenizer = run.TokenizerDigest,
            Numerics = run.Numerics,
            Book = run.Book,
            Baselines = run.Baselines,
            Rollouts = engines.Rollouts,
            Gradients = engines.Gradients,
            Learner = engines.Learner,
            Release = run.Dispose,
        };
    }
}
