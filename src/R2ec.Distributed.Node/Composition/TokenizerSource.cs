using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Data;
using R2ec.Distributed.Data.Prompts;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Node.Composition;

/// <summary>Where a run's tokenizer.json comes from: the checkpoint, the embedded one, or a byte-level BPE trained on the data set's own texts.</summary>
internal static class TokenizerSource
{
    private const int TrainedPrompts = 600;
    private const string Asset = "R2ec.Distributed.Node.Assets.quickstart-tokenizer.json";
    private static readonly string[] TurnTokens = ["<|im_start|>", "<|im_end|>"];

    /// <summary>The bytes of the tokenizer.json that the spec names.</summary>
    /// <exception cref="InputException">The checkpoint has none.</exception>
    public static byte[] Read(ExperimentSpec spec, DataSet set, PromptWriter writer, ChainWriter? chains) => spec.Model.Tokenizer switch
    {
        "checkpoint" => OfCheckpoint(Path.Combine(spec.Model.Path!, "tokenizer.json")),
        "quickstart" => Embedded(),
        _ => Trained(spec, set, writer, chains),
    };

    /// <summary>A byte-level BPE of the data set's item texts, of the first training prompts, and of the teacher's chains. The same data give the same bytes.</summary>
    public static byte[] Trained(ExperimentSpec spec, DataSet set, PromptWriter writer, ChainWriter? chains)
    {
        var turns = PromptTurns.Of(spec.Model);
        var texts = Texts(set, writer, chains, turns).ToList();
        var specials = TurnTokens.Where(t => texts[0].Contains(t, StringComparison.Ordinal)).Prepend("<|endoftext|>").ToList();
        return BpeTrainer.Train(texts, spec.Model.Vocabulary, specials, spec.Model.TitleTokens ? [AnswerMarker.Default, .. Titles(set, writer)] : []);
    }

    /// <summary>The token of each item's title; -1 where it has none. Index 0 is padding.</summary>
    public static int[] TitleTokens(ExperimentSpec spec, DataSet set, PromptWriter writer, Tokenizer tokenizer) =>
        [-1, .. Enumerable.Range(1, set.ItemCount).Select(id => spec.Model.TitleTokens && writer.Seen(id) ? tokenizer.IdOf(Bracketed(writer, id)) ?? -1 : -1)];

    private static IEnumerable<string> Texts(DataSet set, PromptWriter writer, ChainWriter? chains, PromptTurns turns)
    {
        for (var id = 1; id <= set.ItemCount; id++)
        {
            yield return turns.Item(writer.Item(id), writer);
        }

        foreach (var (index, sample) in set.Samples(Split.Train).Take(TrainedPrompts).Index())
        {
            yield return turns.User(writer.User(sample), writer);
            if (chains is not null)
            {
                var token = 0;
                yield return chains.Plausible(sample, () => Core.Randomness.Chance.Uniform(0, Core.Randomness.ChancePurpose.WarmStartChains, 0, index, 0, token++));
            }
        }
    }

    private static IEnumerable<string> Titles(DataSet set, PromptWriter writer) =>
        Enumerable.Range(1, set.ItemCount).Where(writer.Seen).Select(id => Bracketed(writer, id)).Distinct(StringComparer.Ordinal);

    private static string Bracketed(PromptWriter writer, int id) => $"[{writer.Title(id)}]";

    private static byte[] OfCheckpoint(string path) => File.Exists(path)
        ? File.ReadAllBytes(path)
        : throw new InputException($"{path} is missing: a checkpoint's tokenizer.json stands beside its weights.");

    private static byte[] Embedded()
    {
        using var stream = typeof(TokenizerSource).Assembly.GetManifestResourceStream(Asset)
            ?? throw new InputException("This build has no embedded quickstart tokenizer: set model.tokenizer to train.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
