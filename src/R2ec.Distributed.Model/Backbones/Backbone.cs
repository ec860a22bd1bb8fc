using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>
/// A decoder of the Llama family as functions over named tensors. B rows, T tokens, H hidden, V vocabulary. It owns the tensors that it was made with; a
/// backbone made from another (<see cref="Merged"/>, <see cref="SharingBase"/>) borrows what it shares and must not outlive it. Forward passes of several
/// threads may run at once as long as none changes a weight.
/// </summary>
public sealed class Backbone : IDisposable
{
    private readonly Tensor[] _owned;
    private readonly Block[] _blocks;
    private readonly RotaryTable _rotary;
    private readonly bool _ownsRotary;

    private Backbone(
        BackboneConfig config, IReadOnlyDictionary<string, Tensor> weights, IEnumerable<Tensor> owned, LoraAdapter? adapter, RotaryTable? rotary,
        bool exactFrequencies = true)
    {
        var embedding = weights[ParameterNames.Embedding];
        (Config, Weights, Adapter, DType, Device) = (config, weights, adapter, embedding.dtype, embedding.device);
        _owned = [.. owned.Select(tensor => tensor.DetachFromDisposeScope())];
        (_rotary, _ownsRotary) = (rotary ?? new RotaryTable(config, DType, Device, exactFrequencies), rotary is null);
        CheckAdapter(config, adapter);
        _blocks = [.. Enumerable.Range(0, config.LayerCount).Select(layer => new Block(config, layer, weights, adapter))];
    }

    /// <summary>The architecture.</summary>
    public BackboneConfig Config { get; }

    /// <summary>What it computes in: Float32, BFloat16 or Float64 (where nothing is rounded to less, rotary frequencies included).</summary>
    public ScalarType DType { get; }

    /// <summary>Where its tensors are.</summary>
    public Device Device { get; }

    /// <summary>The tensors by their Hugging Face names; a tied head is not among them.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>The adapter that takes part in the forward pass: y = W x + b + scale B A x. Borrowed.</summary>
    public LoraAdapter? Adapter { get; }

    /// <summary>Reads a Hugging Face checkpoint into memory of libtorch's own, converted to the type asked for.</summary>
    /// <exception cref="InputException">A file or a tensor is missing, damaged, superfluous or of another shape than the configuration says.</exception>
    public static Backbone Load(string folder, ScalarType dtype, Device device)
    {
        using var checkpoint = CheckpointFolder.Open(folder);
        return Load(checkpoint, dtype, device);
    }

    /// <summary>The same from a checkpoint that is open already.</summary>
    public static Backbone Load(CheckpointFolder checkpoint, ScalarType dtype, Device device) => Load(checkpoint, dtype, device, exactFrequencies: true);

    /// <summary>A backbone over given tensors, which it owns from then on.</summary>
    /// <exception cref="ArgumentException">A tensor is missing or has another shape than the configuration says.</exception>
    public static Backbone Create(BackboneConfig config, IReadOnlyDictionary<string, Tensor> weights)
    {
        NativeRuntime.Prepare();
        foreach (var (name, shape) in config.Parameters())
        {
            if (!weights.TryGetValue(name, out var tensor) || !tensor.shape.SequenceEqual(shape))
            {
                throw new ArgumentException($"{name} must have the shape [{string.Join(", ", shape)}].", nameof(weights));
            }
        }

        return new Backbone(config, weights, weights.Values, null, null);
    }

    /// <summary>The same weights with an adapter over them; it borrows both.</summary>
    /// <exception cref="InputException">The adapter does not fit the backbone.</exception>
    public Backbone SharingBase(LoraAdapter adapter) => new(Config, Weights, [], adapter, _rotary);

    /// <summary>
    /// The same policy without an adapter: fresh copies of the adapted weights with scale B A added in the adapter's type, all others shared. Disposing it
    /// disposes the copies only.
    /// </summary>
    public Backbone Merged()
    {
        if (Adapter is null)
        {
            return new Backbone(Config, Weights, [], null, _rotary);
        }

        using var guard = no_grad();
        var weights = new Dictionary<string, Tensor>(Weights, StringComparer.Ordinal);
        var copies = new List<Tensor>();
        foreach (var (module, lora) in Adapter.Modules)
        {
            using var scope = NewDisposeScope();
            var difference = Adapter.Difference(lora);
            var copy = difference.add_(Weights[module + ".weight"]).to(DType).DetachFromDisposeScope();
            weights[module + ".weight"] = copy;
            copies.Add(copy);
        }

        return new Backbone(Config, weights, copies, null, _rotary);
    }

    /// <summary>Rows of the embedding: int64 [B, T] to [B, T, H], owned by the caller.</summary>
    public Tensor Embed(Tensor ids_BT) => Aten.Embedding(Weights[ParameterNames.Embedding], ids_BT);

    /// <summary>The hidden state behind the final norm.</summary>
    /// <param name="ids_BT">int64 [B, T].</param>
    /// <param name="positions_BT">int64 [B, T]; null: 0 to T − 1 in every row.</param>
    /// <param name="keys">Keys and values of earlier passes; the tokens given are appended.</param>
    /// <param name="visible">Boolean (true: seen) or additive in any float type, broadcastable to [B, 1, T, S]; null: causal.</param>
    /// <param name="dropout">Dropout on the residual stream; null: none.</param>
    /// <returns>[B, T, H] in <see cref="DType"/>, owned by the caller; gradients flow to weights and adapter that ask for them.</returns>
    public Tensor Forward(Tensor ids_BT, Tensor? positions_BT = null, IKeyValueStore? keys = null, Tensor? visible = null, IBlockDropout? dropout = null)
    {
        using var scope = NewDisposeScope();
        long batch = ids_BT.size(0), count = ids_BT.size(1);
        var (cos, sin) = _rotary.Rows(positions_BT, count);
        var mask = visible is null ? null : Attention.Mask(visible, count, count, DType, Device);
        var pass = new PassState(batch, count, cos, sin, mask, keys, dropout, !is_grad_enabled());
        var x_NH = pass.Drop(Embed(ids_BT).view(batch * count, Config.HiddenSize), -1, 0);
        foreach (var block in _blocks)
        {
            x_NH = block.Apply(x_NH, pass);
        }

        return Aten.RmsNorm(x_NH, Weights[ParameterNames.FinalNorm], Config.NormEpsilon).view(batch, count, Config.HiddenSize).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of the vocabulary: [..., H] to [..., V] in <see cref="DType"/>, owned by the caller, who widens them.</summary>
    public Tensor Logits(Tensor hidden)
    {
        // A slice that is not contiguous takes a path twelve times as slow in bfloat16.
        using var plain = hidden.contiguous();
        return nn.functional.linear(plain, Weights[Config.TiedHead ? ParameterNames.Embedding : ParameterNames.Head]);
    }

    /// <summary>Writes a Hugging Face checkpoint of the weights (without the adapter: <see cref="Merged"/> first).</summary>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="type">Element type of the file; null: <see cref="DType"/>.</param>
    public void Save(string folder, ScalarType? type = null)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, CheckpointFolder.ConfigFile), Config.ToJson((type ?? DType).ToString().ToLowerInvariant()));
        SafetensorsWriter.Write(Path.Combine(folder, CheckpointFolder.WeightsFile), Weights, type: type);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _owned)
        {
            tensor.Dispose();
        }

        if (_ownsRotary)
        {
            _rotary.Dispose();
        }
    }

    /// <summary>The same; a float64 backbone can be asked to keep the float32 rounding of its rotary frequencies.</summary>
    internal static Backbone Load(CheckpointFolder checkpoint, ScalarType dtype, Device device, bool exactFrequencies)
    {
        CheckpointFit.Check(checkpoint);
        return Assemble(checkpoint.Config, name => TensorMemory.Moved(checkpoint.Read(name, dtype), device), exactFrequencies);
    }

    /// <summary>Reads every parameter of a configuration by name; what was read is freed again when one fails.</summary>
    internal static Backbone Assemble(BackboneConfig config, Func<string, Tensor> read, bool exactFrequencies = true)
    {
        using var guard = no_grad();
        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, _) in config.Parameters())
            {
                weights[name] = read(name).DetachFromDisposeScope();
            }

            return new Backbone(config, weights, weights.Values, null, null, exactFrequencies);
        }
        catch
        {
            foreach (var tensor in weights.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    private static void CheckAdapter(BackboneConfig config, LoraAdapter? adapter)
    {
        foreach (var (module, lora) in adapter?.Modules ?? new Dictionary<string, LoraModule>())
        {
            var (outputs, inputs) = config.ProjectionShape(module[(module.LastIndexOf('.') + 1)..]);
            if (lora.A.size(1) != inputs || lora.B.size(0) != outputs || lora.A.size(0) != lora.B.size(1))
            {
                throw new InputException($"The adapter of {module} has shapes [{string.Join(", ", lora.A.shape)}] and [{string.Join(", ", lora.B.shape)}]; "
                    + $"the backbone asks for [rank, {inputs}] and [{outputs}, rank]. The adapter belongs to another model.");
            }
        }
    }
}
