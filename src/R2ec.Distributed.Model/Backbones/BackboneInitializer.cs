using R2ec.Distributed.Model.Native;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>Draws the weights of a backbone that is trained from scratch.</summary>
public static class BackboneInitializer
{
    /// <summary>Standard deviation of the embedding.</summary>
    public const double EmbeddingDeviation = 0.1;

    /// <summary>
    /// Normal weights: deviation 1 / √inputs for the projections and an untied head, divided by √(2 layers) for those that write to the residual stream
    /// (o_proj, down_proj); <see cref="EmbeddingDeviation"/> for the embedding. Norms are 1, biases 0. Numbers are drawn and scaled in float32.
    /// </summary>
    /// <param name="config">The architecture.</param>
    /// <param name="normal">Given a parameter's name and a count: that many standard normal numbers, always the same for the same name.</param>
    /// <param name="dtype">What the backbone computes in.</param>
    /// <param name="device">Where it shall be.</param>
    public static Backbone Create(BackboneConfig config, Func<string, long, float[]> normal, ScalarType dtype, Device device)
    {
        NativeRuntime.Prepare();
        var shapes = config.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Shape, StringComparer.Ordinal);
        return Backbone.Assemble(config, name =>
        {
            using var scope = NewDisposeScope();
            var shape = shapes[name];
            if (shape.Length == 1)
            {
                return (name.EndsWith(".bias", StringComparison.Ordinal) ? zeros(shape, dtype, device) : ones(shape, dtype, device)).MoveToOuterDisposeScope();
            }

            var drawn = tensor(normal(name, shape[0] * shape[1]), shape[0], shape[1]);
            return drawn.mul_((float)Deviation(config, name, shape[1])).to(dtype).to(device).MoveToOuterDisposeScope();
        });
    }

    private static double Deviation(BackboneConfig config, string name, long inputs)
    {
        if (name == ParameterNames.Embedding)
        {
            return EmbeddingDeviation;
        }

        var writes = name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal);
        return Math.Pow(inputs, -0.5) / (writes ? Math.Sqrt(2.0 * config.LayerCount) : 1);
    }
}
