using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Backbones;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>Whether a checkpoint holds what its configuration asks for: every tensor, in its shape, and no other.</summary>
internal static class CheckpointFit
{
    /// <summary>Tensors that old checkpoints carry and that follow from the configuration.</summary>
    private const string Superfluous = ".rotary_emb.inv_freq";

    public static void Check(CheckpointFolder checkpoint)
    {
        var config = checkpoint.Config;
        var wanted = config.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Shape, StringComparer.Ordinal);
        foreach (var (name, shape) in wanted)
        {
            var entry = checkpoint.Find(name) ?? throw new InputException(
                $"{checkpoint.Folder}: config.json asks for the tensor {name}, which no safetensors file here has. Weights and config.json do not belong together.");
            if (!entry.Shape.SequenceEqual(shape))
            {
                throw new InputException($"{checkpoint.PathOf(name)}: the shape of {name} is [{string.Join(", ", entry.Shape)}], config.json asks for "
                    + $"[{string.Join(", ", shape)}] (hidden_size {config.HiddenSize}, vocab_size {config.VocabularySize}). They do not belong together.");
            }
        }

        var stranger = checkpoint.Names.Where(name => !wanted.ContainsKey(name) && !name.EndsWith(Superfluous, StringComparison.Ordinal))
            .Where(name => !(config.TiedHead && name == ParameterNames.Head)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (stranger is not null)
        {
            throw new InputException($"{checkpoint.PathOf(stranger)}: has the tensor {stranger}, which a {config.ModelType} of this config.json does not have: "
                + "its effect would be lost. Check model_type, num_hidden_layers and the bias keys.");
        }
    }
}
