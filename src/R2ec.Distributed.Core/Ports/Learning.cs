using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Ports;

/// <summary>One completion as the learner trains on it.</summary>
/// <param name="Tokens">Token ids, marker included.</param>
/// <param name="TrainedCount">Leading tokens that carry token loss.</param>
/// <param name="BehaviourLogProbabilities">Policy log-probabilities recorded at the rollout; null on policy, where the ratio is 1 in value.</param>
/// <param name="Advantage">A_i.</param>
/// <param name="TokenScale">Weight of this completion's summed surrogate in the token part (aggregation and token weight included).</param>
public sealed record TrainedCompletion(int[] Tokens, int TrainedCount, float[]? BehaviourLogProbabilities, double Advantage, double TokenScale);

/// <summary>A group as a shard trains on it.</summary>
/// <param name="Sample">Whose prompt.</param>
/// <param name="Completions">Its completions.</param>
public sealed record TrainedGroup(SampleId Sample, IReadOnlyList<TrainedCompletion> Completions);

/// <summary>One logical shard's part of a step.</summary>
/// <param name="Step">RL step.</param>
/// <param name="Shard">Index, from 0.</param>
/// <param name="Groups">Its groups in the step's order.</param>
/// <param name="Items">Distinct targets that this shard encodes, in ascending id.</param>
/// <param name="MeasureParts">Whether the token part's and the item part's gradients are wanted apart.</param>
public sealed record ShardOrder(int Step, int Shard, IReadOnlyList<TrainedGroup> Groups, IReadOnlyList<int> Items, bool MeasureParts);

/// <summary>What a shard hands up after its forward passes.</summary>
/// <param name="Shard">Index.</param>
/// <param name="Users">Hidden states at the marker, float32, completions × H, little-endian bytes.</param>
/// <param name="Items">Hidden states of its items at their marker, float32, items × H.</param>
/// <param name="TokenPart">The shard's part of the token loss.</param>
/// <param name="ClippedCount">Tokens whose ratio lay outside the clip.</param>
public sealed record ShardForward(int Shard, byte[] Users, byte[] Items, double TokenPart, int ClippedCount);

/// <summary>What a shard hands up after its backward passes: gradients in the order of the exported names, float32, concatenated.</summary>
/// <param name="Shard">Index.</param>
/// <param name="Gradient">Of the whole loss; where the parts are apart, of the token part.</param>
/// <param name="ItemGradient">Of the item part where it was wanted apart; else null.</param>
public sealed record ShardGradient(int Shard, byte[] Gradient, byte[]? ItemGradient);

/// <summary>A gradient worker's device: phase one and phase two of a shard. One dedicated thread.</summary>
public interface IGradientEngine : IAsyncDisposable
{
    /// <summary>Takes over the policy whose exported float32 tensors stand in a safetensors file.</summary>
    Task<Digest> LoadPolicyAsync(string path, CancellationToken stop);

    /// <summary>Phase one: forward passes of a shard; the graph is kept for phase two (or computed again, as the spec says).</summary>
    Task<ShardForward> ForwardAsync(ShardOrder order, CancellationToken stop);

    /// <summary>Phase two: token loss and vector gradients go backward together.</summary>
    /// <param name="step">RL step of the forward pass that is continued.</param>
    /// <param name="shard">Its shard.</param>
    /// <param name="userGradients">d(item loss)/d(user vectors), float32, completions × H.</param>
    /// <param name="itemGradients">d(item loss)/d(item vectors) of the items that this shard encoded.</param>
    /// <param name="stop">Ends it between two micro-batches.</param>
    Task<ShardGradient> BackwardAsync(int step, int shard, byte[] userGradients, byte[] itemGradients, CancellationToken stop);

    /// <summary>Drops what is kept of a step's forward passes.</summary>
    Task ForgetAsync(CancellationToken stop);
}

/// <summary>What the item loss of a whole step comes to.</summary>
/// <param name="Loss">The item part, item weight included.</param>
/// <param name="MeanProbability">Mean over winners of p at the target.</param>
/// <param name="UserGradients">float32, completions × H, in the step's order.</param>
/// <param name="ItemGradients">float32, distinct targets × H, in ascending id.</param>
public sealed record ItemPart(double Loss, double MeanProbability, byte[] UserGradients, byte[] ItemGradients);

/// <summary>What an optimizer step left behind.</summary>
/// <param name="Weights">Digest of the policy after it.</param>
/// <param name="GradientNorm">Norm of the summed gradient before clipping.</param>
/// <param name="TokenNorm">Norm of the token part's gradient where it was measured.</param>
/// <param name="ItemNorm">Norm of the item part's gradient where it was measured.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
public sealed record OptimizerStep(Digest Weights, double GradientNorm, double? TokenNorm, double? ItemNorm, double LearningRate);

/// <summary>What a stretch of the warm start left behind.</summary>
/// <param name="Step">Last step done, pretraining steps counted first.</param>
/// <param name="Weights">Digest of the policy after it.</param>
/// <param name="Metrics">Mean of each loss over the stretch, by flat name.</param>
public sealed record WarmStartStretch(int Step, Digest Weights, IReadOnlyDictionary<string, double> Metrics);

/// <summary>
/// The policy of record: float32 masters, AdamW, warm start, checkpoints. One dedicated thread. Its position is a stage and a step: warm-start step w
/// (0 is the initial policy), or RL step s.
/// </summary>
public interface ILearnerEngine : IAsyncDisposable
{
    /// <summary>Draws or loads the initial policy: position warm start 0. Any earlier state is forgotten.</summary>
    Task<Digest> InitialiseAsync(CancellationToken stop);

    /// <summary>Trains the warm start from the current step up to <paramref name="untilStep"/>.</summary>
    Task<WarmStartStretch> WarmStartAsync(int untilStep, CancellationToken stop);

    /// <summary>Ends the warm start: RL begins at version 0 with a fresh optimizer.</summary>
    Task<Digest> BeginReinforcementAsync(CancellationToken stop);

    /// <summary>The item loss over a whole step and the gradient of each vector.</summary>
    /// <param name="users">float32, completions × H, in the step's order.</param>
    /// <param name="items">float32, distinct targets × H, in ascending id.</param>
    /// <param name="targetColumns">For each completion, its target's column among the items.</param>
    /// <param name="winners">Completions that the item part trains on.</param>
    /// <param name="advantages">A_i of every completion.</param>
    /// <param name="stop">Cancels it while it waits.</param>
    Task<ItemPart> ItemPartAsync(byte[] users, byte[] items, int[] targetColumns, int[] winners, double[] advantages, CancellationToken stop);

    /// <summary>Sums the shards' gradients in shard order, in float32, clips, and takes one optimizer step.</summary>
    Task<OptimizerStep> ApplyAsync(int step, IReadOnlyList<ShardGradient> gradients, CancellationToken stop);

    /// <summary>Writes the policy's exported tensors as <c>{digest}.safetensors</c> into a folder, whole or not at all, and answers with the digest.</summary>
    Task<Digest> PublishAsync(string folder, CancellationToken stop);

    /// <summary>Writes policy, optimizer state and position into a new folder; answers with the SHA-256 of its manifest.json.</summary>
    Task<Digest> SaveAsync(string folder, CancellationToken stop);

    /// <summary>Where the policy stands and what it is; null where there is none, or where the last attempt to move it failed midway.</summary>
    Task<LearnerStand?> StandingAsync(CancellationToken stop);

    /// <summary>Takes over a checkpoint after every file in it was verified against the manifest, and the manifest against the digest.</summary>
    /// <exception cref="InputException">A file is missing or damaged.</exception>
    Task<Digest> LoadAsync(string folder, Digest manifest, CancellationToken stop);
}
