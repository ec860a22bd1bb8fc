using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>A policy that generates, in tensors of its own; LoRA is folded into fresh copies when it is loaded.</summary>
internal sealed class SamplingPolicy(PolicyContext context) : IDisposable
{
    private TrainedPolicy? _policy;
    private Backbone? _merged;

    /// <summary>Digest of what it holds, computed from the tensors; null until all of it is there.</summary>
    public Digest? Digest { get; private set; }

    /// <summary>What computes.</summary>
    public Backbone Backbone => _merged ?? _policy?.Backbone ?? throw new InvalidOperationException("A rollout worker was asked for work before it had a policy.");

    /// <summary>Takes over the tensors of a policy file. Nobody may compute with it meanwhile.</summary>
    public Digest Load(string path)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        // Until all of it is here it is no version that has a name.
        Digest = null;
        _policy ??= TrainedPolicy.Initial(context);
        using var file = SafetensorsFile.Open(path);
        _policy.Load(file);
        if (_policy.Backbone.Adapter is not null)
        {
            _merged?.Dispose();
            _merged = _policy.Backbone.Merged();
        }

        Canary.Check(file, Backbone, context);
        Digest = _policy.Digest();
        return Digest.Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _merged?.Dispose();
        _policy?.Dispose();
    }
}
