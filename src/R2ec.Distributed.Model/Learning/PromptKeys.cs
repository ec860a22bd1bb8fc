using R2ec.Distributed.Model.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Learning;

/// <summary>
/// Keys and values of prompts, computed once per prompt and seen by each of its completions; gradient flows through them. First pass: the prompts; after
/// <see cref="Share"/>: the completions on top.
/// </summary>
internal sealed class PromptKeys : IKeyValueStore
{
    private readonly List<(Tensor Keys, Tensor Values)> _prompts = [];
    private int _group;

    /// <summary>From here on each prompt's keys are seen by this many completions.</summary>
    public void Share(int group) => _group = group;

    /// <inheritdoc/>
    public (Tensor keys, Tensor values) Extend(int layer, Tensor k_BHTD, Tensor v_BHTD)
    {
        if (_group == 0)
        {
            _prompts.Add((k_BHTD, v_BHTD));
            return (k_BHTD, v_BHTD);
        }

        var (keys, values) = _prompts[layer];
        return (Joined(keys, k_BHTD), Joined(values, v_BHTD));
    }

    private Tensor Joined(Tensor prompt_BHPD, Tensor own_RHTD)
    {
        var wide = prompt_BHPD.repeat_interleave(_group, 0);
        return cat([wide, own_RHTD], 2);
    }
}
