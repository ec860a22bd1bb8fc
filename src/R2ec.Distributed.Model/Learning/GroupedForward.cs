using R2ec.Distributed.Model.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Learning;

/// <summary>
/// Forward passes of prompts and their completions where each prompt is computed once. Shapes: B prompts, G completions of each, R = B · G rows, P prompt
/// tokens, T completion tokens, H hidden.
/// </summary>
internal static class GroupedForward
{
    /// <summary>Hidden states that predict or end each completion.</summary>
    /// <param name="backbone">The policy.</param>
    /// <param name="prompts">B rows.</param>
    /// <param name="chains">R rows, a prompt's completions side by side.</param>
    /// <param name="group">G.</param>
    /// <param name="dropout">Dropout of the blocks, or null.</param>
    /// <returns>All hidden states of the prompts [B, P, H], and [R, 1 + T, H]: place t predicts token t, place len(chain) ends the chain. Gradient flows.</returns>
    public static (Tensor Prompts_BPH, Tensor Chains_RTH) Run(Backbone backbone, PaddedRows prompts, PaddedRows chains, int group, IBlockDropout? dropout)
    {
        using var scope = NewDisposeScope();
        using var keys = new PromptKeys();
        var whole = backbone.Forward(prompts.Ids_RT, null, keys, null, dropout);
        var first = prompts.Last(whole).repeat_interleave(group, 0).unsqueeze(1);
        keys.Share(group);
        var (positions, visible) = Places(prompts, chains, group);
        var own = backbone.Forward(chains.Ids_RT, positions, keys, visible, dropout);
        return (whole.MoveToOuterDisposeScope(), cat([first, own], 1).MoveToOuterDisposeScope());
    }

    /// <summary>Hidden state at the last token of each row. [R, H]; gradient flows; the caller owns it.</summary>
    public static Tensor LastHidden(Backbone backbone, IReadOnlyList<int[]> rows, IBlockDropout? dropout = null)
    {
        using var scope = NewDisposeScope();
        var padded = PaddedRows.Of(rows, backbone.Device);
        return padded.Last(backbone.Forward(padded.Ids_RT, null, null, null, dropout)).MoveToOuterDisposeScope();
    }

    private static (Tensor Positions_RT, Tensor Visible_R1TS) Places(PaddedRows prompts, PaddedRows chains, int group)
    {
        var (rows, steps, width) = (chains.Lengths.Length, chains.Width, prompts.Width);
        var positions = new long[rows * steps];
        var visible = new bool[rows * steps * (width + steps)];
        for (var r = 0; r < rows; r++)
        {
            var prompt = prompts.Lengths[r / group];
            for (var t = 0; t < steps; t++)
            {
                positions[(r * steps) + t] = prompt + t;
                var at = ((r * steps) + t) * (width + steps);
                visible.AsSpan(at, prompt).Fill(true);
                visible.AsSpan(at + width, t + 1).Fill(true);
            }
        }

        var device = prompts.Ids_RT.device;
        return (tensor(positions, [rows, steps], device: device), tensor(visible, [rows, 1, steps, width + steps], device: device));
    }
}
