using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>Writes a policy for other programs: exactly its trained tensors with their configuration, or a whole checkpoint with the adapters folded in.</summary>
public static class PolicyExport
{
    /// <summary>Writes into a folder that exists.</summary>
    /// <param name="context">The run's context; its base weights are loaded where they are needed.</param>
    /// <param name="policyFile">safetensors with the policy's exported tensors.</param>
    /// <param name="expected">The digest that they must have.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="merged">Whether adapters are folded into the base.</param>
    /// <param name="type">float32, bfloat16 or float16.</param>
    /// <exception cref="InputException">The file is damaged or holds other weights.</exception>
    public static void Write(PolicyContext context, string policyFile, Digest expected, string folder, bool merged, string type)
    {
        using var guard = no_grad();
        using var policy = TrainedPolicy.Initial(context);
        using (var file = SafetensorsFile.Open(policyFile))
        {
            policy.Load(file);
        }

        if (policy.Digest() != expected)
        {
            throw new InputException($"{policyFile} does not hold the weights {expected.Brief} that the journal names. Remove it; `r2ec replay` proves what the journal says.");
        }

        var written = Type(type);
        if (policy.Backbone.Adapter is { } adapter && !merged)
        {
            SafetensorsWriter.Write(Path.Combine(folder, LoraConfigJson.WeightsFile), policy.Tensors.Masters, type: written);
            File.WriteAllText(Path.Combine(folder, LoraConfigJson.FileName), LoraConfigJson.Write(adapter.Options, context.Spec.Model.Path ?? ""));
        }
        else if (policy.Backbone.Adapter is not null)
        {
            using var whole = policy.Backbone.Merged();
            whole.Save(folder, written);
        }
        else
        {
            SafetensorsWriter.Write(Path.Combine(folder, CheckpointFolder.WeightsFile), policy.Tensors.Masters, type: written);
            File.WriteAllText(Path.Combine(folder, CheckpointFolder.ConfigFile), context.Config.ToJson(type));
        }
    }

    private static ScalarType Type(string name) => name switch
    {
        "bfloat16" => ScalarType.BFloat16,
        "float16" => ScalarType.Float16,
        _ => ScalarType.Float32,
    };
}
