using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>
/// Compares a checkpoint's results with those of a reference file: for every <c>x.input_ids</c> in it, alone ([T]) or padded ([B, T] with
/// <c>x.attention_mask</c> and, where given, <c>x.position_ids</c>), whichever of <c>x.logits</c>, <c>x.hidden</c> (behind the final norm) and
/// <c>x.last_hidden</c> it holds. Padding is not compared.
/// </summary>
public static class ModelVerification
{
    /// <summary>The largest deviation of a logit that passes: half of the smallest effect seen of a misread feature is ten times as large.</summary>
    public const double LogitsTolerance = 5e-5;

    /// <summary>The largest deviation of a hidden value that passes; they are larger than logits.</summary>
    public const double HiddenTolerance = 2e-4;

    private const string IdsSuffix = ".input_ids";

    /// <summary>Loads the checkpoint in float32 on the CPU and computes every sequence of the reference.</summary>
    /// <exception cref="InputException">Checkpoint or reference is missing, damaged, or of no use for a comparison.</exception>
    public static VerificationReport Run(string folder, string referencePath)
    {
        using var backbone = Backbone.Load(folder, ScalarType.Float32, CPU);
        using var reference = SafetensorsFile.Open(referencePath);
        using var guard = no_grad();
        var prefixes = reference.Entries.Keys
            .Where(name => name.EndsWith(IdsSuffix, StringComparison.Ordinal))
            .Select(name => name[..^IdsSuffix.Length])
            .Order(StringComparer.Ordinal);
        TensorDeviation[] compared = [.. prefixes.SelectMany(prefix => Compare(backbone, reference, prefix))];
        return compared.Length > 0
            ? new VerificationReport(folder, referencePath, compared)
            : throw new InputException($"{referencePath}: has nothing to compare: tensors x.input_ids with x.logits or x.hidden were expected.");
    }

    private static List<TensorDeviation> Compare(Backbone backbone, SafetensorsFile reference, string prefix)
    {
        using var scope = NewDisposeScope();
        var ids = reference.Read(prefix + IdsSuffix, ScalarType.Int64);
        if (ids.dim() is < 1 or > 2 || ids.numel() == 0)
        {
            throw new InputException($"{reference.Path}: {prefix}{IdsSuffix} has the shape [{string.Join(", ", ids.shape)}]; [T] or [B, T] was expected.");
        }

        var ids_BT = ids.dim() == 1 ? ids.unsqueeze(0) : ids;
        var (lowest, highest) = (ids_BT.min().item<long>(), ids_BT.max().item<long>());
        if (lowest < 0 || highest >= backbone.Config.VocabularySize)
        {
            throw new InputException($"{reference.Path}: {prefix}{IdsSuffix} holds ids from {lowest} to {highest}; the checkpoint knows {backbone.Config.VocabularySize}.");
        }

        var keep_BT = Optional(reference, prefix + ".attention_mask", ids_BT)?.to(ScalarType.Bool);
        var positions_BT = Optional(reference, prefix + ".position_ids", ids_BT);
        var hidden_BTH = backbone.Forward(ids_BT, positions_BT, visible: keep_BT is null ? null : Visibility.Causal(keep_BT, ids_BT.size(1)));
        var results = new List<TensorDeviation>();
        Add(prefix + ".logits", () => backbone.Logits(hidden_BTH), LogitsTolerance);
        Add(prefix + ".hidden", () => hidden_BTH, HiddenTolerance);
        Add(prefix + ".last_hidden", () => hidden_BTH.narrow(1, ids_BT.size(1) - 1, 1), HiddenTolerance);
        return results;

        void Add(string name, Func<Tensor> compute, double tolerance)
        {
            if (reference.Entries.ContainsKey(name))
            {
                results.Add(new TensorDeviation(name, Largest(reference, name, compute(), name.EndsWith(".last_hidden", StringComparison.Ordinal) ? null : keep_BT), tolerance));
            }
        }
    }

    private static Tensor? Optional(SafetensorsFile reference, string name, Tensor ids_BT)
    {
        if (!reference.Entries.ContainsKey(name))
        {
            return null;
        }

        var read = reference.Read(name, ScalarType.Int64);
        return read.numel() == ids_BT.numel()
            ? read.view(ids_BT.shape)
            : throw new InputException($"{reference.Path}: {name} has the shape [{string.Join(", ", read.shape)}], its ids have [{string.Join(", ", ids_BT.shape)}].");
    }

    private static double Largest(SafetensorsFile reference, string name, Tensor computed, Tensor? keep_BT)
    {
        var wanted = reference.Read(name, ScalarType.Float64);
        if (wanted.numel() != computed.numel())
        {
            throw new InputException($"{reference.Path}: {name} has the shape [{string.Join(", ", wanted.shape)}], the checkpoint gives "
                + $"[{string.Join(", ", computed.shape)}]: the reference belongs to another model.");
        }

        var difference = (computed.to(ScalarType.Float64) - wanted.view(computed.shape)).abs();
        if (keep_BT is not null)
        {
            difference = difference.masked_fill(keep_BT.logical_not().unsqueeze(-1), 0);
        }

        return difference.max().item<double>();
    }
}
