using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>
/// A LoRA adapter in PEFT's layout: for each adapted projection A [rank, in] and B [out, rank], in float32 (float64 beside a float64 backbone) whatever the
/// backbone computes in. Owns its tensors.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    private const string Prefix = "base_model.model.";
    private readonly SortedDictionary<string, LoraModule> _modules = new(StringComparer.Ordinal);

    private LoraAdapter(LoraOptions options) => Options = options;

    /// <summary>Rank, scale and place of the adapter.</summary>
    public LoraOptions Options { get; }

    /// <summary>The factor of every module's output.</summary>
    public double Scale => Options.Scale;

    /// <summary>The modules by the name of the adapted projection, such as <c>model.layers.0.self_attn.q_proj</c>, in byte order.</summary>
    public IReadOnlyDictionary<string, LoraModule> Modules => _modules;

    /// <summary>Draws a fresh adapter: A uniform in ±1 / √in, as PEFT does, B zero, so that it changes nothing yet.</summary>
    /// <param name="config">The backbone to be adapted.</param>
    /// <param name="options">What to adapt, and how wide.</param>
    /// <param name="uniform">Given an exported tensor name and a count: that many numbers in [0, 1).</param>
    /// <param name="type">Float32, or Float64 beside a float64 backbone.</param>
    /// <param name="device">Where the backbone is.</param>
    public static LoraAdapter Create(BackboneConfig config, LoraOptions options, Func<string, long, float[]> uniform, ScalarType type, Device device)
    {
        NativeRuntime.Prepare();
        options.Check(config, "lora");
        using var guard = no_grad();
        return Build(config, options, device, (module, inputs, outputs) =>
        {
            using var scope = NewDisposeScope();
            var drawn = tensor(uniform(ExportedName(module, "lora_A"), inputs * options.Rank)).to(type);
            var a = drawn.mul(2).sub(1).div(Math.Sqrt(inputs)).view(options.Rank, inputs);
            return new LoraModule(a.MoveToOuterDisposeScope(), zeros(outputs, options.Rank, type).MoveToOuterDisposeScope());
        });
    }

    /// <summary>Reads an adapter folder of PEFT.</summary>
    /// <param name="folder">Holds <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="config">The backbone that it adapts.</param>
    /// <param name="type">Float32, or Float64 beside a float64 backbone.</param>
    /// <param name="device">Where the backbone is.</param>
    /// <exception cref="InputException">The adapter is of another kind, damaged, or does not fit the backbone.</exception>
    public static LoraAdapter Load(string folder, BackboneConfig config, ScalarType type, Device device)
    {
        var options = LoraConfigJson.Read(Path.Combine(folder, LoraConfigJson.FileName));
        options.Check(config, Path.Combine(folder, LoraConfigJson.FileName));
        using var file = SafetensorsFile.Open(Path.Combine(folder, LoraConfigJson.WeightsFile));
        var adapter = Build(config, options, device, (module, inputs, outputs) => new LoraModule(
            Read(file, ExportedName(module, "lora_A"), [options.Rank, inputs], type),
            Read(file, ExportedName(module, "lora_B"), [outputs, options.Rank], type)));
        var known = adapter.Tensors().Select(pair => pair.Name).ToHashSet(StringComparer.Ordinal);
        if (file.Entries.Keys.FirstOrDefault(name => !known.Contains(name)) is { } stranger)
        {
            adapter.Dispose();
            throw new InputException($"{file.Path}: has the tensor {stranger}, which {LoraConfigJson.FileName} and the backbone do not ask for.");
        }

        return adapter;
    }

    /// <summary>Writes the adapter folder: the same adapter gives the same bytes.</summary>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="baseModel">What the configuration names as the base: a folder or a hub name.</param>
    public void Save(string folder, string baseModel)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, LoraConfigJson.FileName), LoraConfigJson.Write(Options, baseModel));
        SafetensorsWriter.Write(
            Path.Combine(folder, LoraConfigJson.WeightsFile), Tensors().Select(pair => KeyValuePair.Create(pair.Name, pair.Tensor)), type: ScalarType.Float32);
    }

    /// <summary>The tensors by exported name, in byte order; borrowed.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors() => _modules
        .SelectMany(pair => new[] { (ExportedName(pair.Key, "lora_A"), pair.Value.A), (ExportedName(pair.Key, "lora_B"), pair.Value.B) })
        .OrderBy(pair => pair.Item1, StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var module in _modules.Values)
        {
            module.A.Dispose();
            module.B.Dispose();
        }
    }

    /// <summary>The module of a projection, or null where it is not adapted.</summary>
    internal LoraModule? Find(string module) => _modules.GetValueOrDefault(module);

    /// <summary>scale B A of a module, in the adapter's own type; owned by the caller.</summary>
    internal Tensor Difference(LoraModule module)
    {
        using var product = mm(module.B.detach(), module.A.detach());
        return product.mul(Scale);
    }

    private static string ExportedName(string module, string part) => $"{Prefix}{module}.{part}.weight";

    private static LoraAdapter Build(BackboneConfig config, LoraOptions options, Device device, Func<string, long, long, LoraModule> make)
    {
        var adapter = new LoraAdapter(options);
        try
        {
            foreach (var layer in options.Layers ?? [.. Enumerable.Range(0, config.LayerCount)])
            {
                foreach (var projection in options.Projections())
                {
                    var (outputs, inputs) = config.ProjectionShape(projection);
                    var module = ParameterNames.Module(layer, projection);
                    var made = make(module, inputs, outputs);
                    adapter._modules.TryAdd(module, new LoraModule(TensorMemory.Moved(made.A, device), TensorMemory.Moved(made.B, device)));
                }
            }

            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    private static Tensor Read(SafetensorsFile file, string name, long[] shape, ScalarType type)
    {
        if (!file.Entries.TryGetValue(name, out var entry))
        {
            throw new InputException($"{file.Path}: has no tensor {name}, which {LoraConfigJson.FileName} and the backbone ask for.");
        }

        return entry.Shape.SequenceEqual(shape)
            ? file.Read(name, type)
            : throw new InputException($"{file.Path}: the shape of {name} is [{string.Join(", ", entry.Shape)}], the backbone and the rank ask for "
                + $"[{string.Join(", ", shape)}]. The adapter belongs to another model.");
    }
}
