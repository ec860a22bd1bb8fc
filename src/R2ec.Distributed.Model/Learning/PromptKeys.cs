using R2ec.Distributed.Model.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Learning;

/// <summary>
/// Keys and values of prompts, computed once per prompt and seen by each of its completions; gradient flows through them. First pass: the prompts; after
/// <see cref="Share"/>: the completions on top.
/// </summary>
internal sealed class PromptKeys : IKeyValueStore, IDisposable
{
    private readonly List<(Tensor Keys, Tensor Values)> _prompts = [];
    private int _group;

    /// <summary>From here on each prompt's keys are seen by this many completions.</summary>
    public void Share(int group) => _group = group;

    /// <inheritdoc/>
    public (Tensor Keys, Tensor Values) Extend(int layer, Tensor keys_BHTD, Tensor values_BHTD)
    {
        if (_group == 0)
        {
            // Aliases outlive the block's own dispose scope and keep their place in the graph.
            _prompts.Add((keys_BHTD.alias().DetachFromDisposeScope(), values_BHTD.alias().DetachFromDisposeScope()));
            return (keys_BHTD, values_BHTD);
        }

        var (keys, values) = _prompts[layer];
        return (Joined(keys, keys_BHTD), Joined(values, values_BHTD));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (keys, values) in _prompts)
        {
            keys.Dispose();
            values.Dispose();
        }
    }

    private Tensor Joined(Tensor prompt_BHPD, Tensor own_RHTD)
    {
        var wide = prompt_BHPD.repeat_interleave(_group, 0);
        return cat([wide, own_RHTD], 2);
    }
}
