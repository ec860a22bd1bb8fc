using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Puts runs together on a node: names of data sets and checkpoints stand for folders under its roots.</summary>
/// <param name="config">The node.</param>
/// <param name="hashes">Hashes of the files below its roots.</param>
/// <param name="computes">Whether engines are made of it: a coordinator that only plans needs no device of the run's kind.</param>
internal sealed class NodeAssembler(NodeConfig config, FolderHashes hashes, bool computes) : IRunAssembler
{
    /// <inheritdoc/>
    public AssembledRun Assemble(string spec)
    {
        var own = SpecFile.Of("the run's spec", spec, []).Sound();
        if (config.Roles.Contains("reward"))
        {
            RewardTokens.Require(own.Rewards);
        }

        var read = new SpecRoots(config.DataRoot, config.ModelRoot).Under(own);
        IReadOnlyList<string> devices = computes ? NodeDevices.For(config.Devices, read.Device, RunNumerics.Device(NodeDevices.Auto)) : [read.Device];
        var run = RunAssembly.Of(read with { Device = devices[0] }, null, hashes);
        var others = devices.Skip(1).Select(device => new PolicyContext(run.Spec with { Device = device }, run.Book, run.Tokenizer, run.Teacher)).ToList();
        EngineFactory[] engines = [new(run.Context), .. others.Select(context => new EngineFactory(context))];
        return new AssembledRun
        {
            Spec = run.Spec,
            Data = run.DataDigest,
            Tokenizer = run.TokenizerDigest,
            Numerics = run.Numerics,
            Book = run.Book,
            Baselines = run.Baselines,
            Rewards = run.Rewards,
            Rollouts = [.. engines.SelectMany(one => one.Rollouts)],
            Gradients = [.. engines.SelectMany(one => one.Gradients)],
            Learner = engines[0].Learner,
            Release = () =>
            {
                others.ForEach(context => context.Dispose());
                run.Dispose();
            },
        };
    }
}
