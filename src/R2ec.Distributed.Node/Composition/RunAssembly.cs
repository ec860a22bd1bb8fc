using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Data;
using R2ec.Distributed.Data.Prompts;
using R2ec.Distributed.Data.Quickstart;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Native;
using R2ec.Distributed.Model.Tokenization;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Rewards;

namespace R2ec.Distributed.Node.Composition;

/// <summary>What a run is made of, put together from its resolved spec alone: data, texts, tokenizer, teacher, baselines, engines' context, numerics.</summary>
internal sealed class RunAssembly : IDisposable
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> _numerics;

    private RunAssembly(ExperimentSpec spec, DataSet set, byte[] tokenizerJson, PromptWriter writer, ChainWriter? chains, FolderHashes hashes)
    {
        (Spec, Set, TokenizerJson, Writer) = (spec, set, tokenizerJson, writer);
        Tokenizer = Tokenizer.FromBytes(tokenizerJson);
        Book = new PromptBook(set, writer, PromptTurns.Of(spec.Model), Tokenizer, spec);
        Teacher = new Teacher(set, Book, writer, chains, Tokenizer, (ulong)spec.Seed, TokenizerSource.TitleTokens(spec, set, writer, Tokenizer));
        Baselines = new Baselines(set, Book, spec);
        Context = new PolicyContext(spec, Book, Tokenizer, Teacher);
        _numerics = new Lazy<IReadOnlyDictionary<string, string>>(() => WithModel(RunNumerics.Of(Context), spec, hashes));
    }

    /// <summary>The resolved spec.</summary>
    public ExperimentSpec Spec { get; }

    /// <summary>The data set.</summary>
    public DataSet Set { get; }

    /// <summary>The tokenizer's file.</summary>
    public byte[] TokenizerJson { get; }

    /// <summary>The data set in words.</summary>
    public PromptWriter Writer { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The data set in tokens.</summary>
    public PromptBook Book { get; }

    /// <summary>The warm start's teacher.</summary>
    public Teacher Teacher { get; }

    /// <summary>The model-free scorers.</summary>
    public Baselines Baselines { get; }

    /// <summary>What the engines share.</summary>
    public PolicyContext Context { get; }

    /// <summary>What fixes the bits here, the checkpoint's bytes among it; the first call reads that checkpoint.</summary>
    public IReadOnlyDictionary<string, string> Numerics => _numerics.Value;

    /// <summary>What reward terms need of this process.</summary>
    public RewardSources Rewards => new() { Texts = new RewardTexts(Set, Book, Tokenizer), Token = RewardTokens.Read };

    /// <summary>Digest of the data set.</summary>
    public Digest DataDigest => new(Set.Digest);

    /// <summary>Digest of the tokenizer.</summary>
    public Digest TokenizerDigest => Digest.Of(TokenizerJson);

    /// <summary>Puts a run together.</summary>
    /// <param name="spec">The spec, resolved.</param>
    /// <param name="kept">The run's own tokenizer.json where it has one already; made or read anew where it is missing.</param>
    /// <param name="hashes">Hashes of files that are known already; null where none are.</param>
    /// <exception cref="InputException">Data, checkpoint, templates or tokenizer do not fit the spec.</exception>
    public static RunAssembly Of(ExperimentSpec spec, string? kept, FolderHashes? hashes = null)
    {
        NativeRuntime.Prepare();
        var set = DataOf(spec);
        var writer = new PromptWriter(set, spec.Prompts);
        var chains = spec.WarmStart.Chains is { } written ? new ChainWriter(set, writer, written) : null;
        var json = kept is not null && File.Exists(kept) ? File.ReadAllBytes(kept) : TokenizerSource.Read(spec, set, writer, chains);
        return new RunAssembly(spec, set, json, writer, chains, hashes ?? new FolderHashes());
    }

    /// <summary>The data set of a spec, as the run sees it.</summary>
    /// <exception cref="InputException">It is missing or damaged.</exception>
    public static DataSet DataOf(ExperimentSpec spec)
    {
        var data = spec.Data;
        var set = data.Source == "quickstart" ? QuickstartWorld.Create(data.Users, Draws(data.Seed)) : DataSet.Load(data.Path!);
        set = data.TargetMinRating > 0 || data.MinHistory > 1 ? set.WithTargets(data.TargetMinRating, data.MinHistory) : set;
        return set.WithWindow(data.Window);
    }

    /// <summary>Every "auto" of a spec made definite.</summary>
    public static ExperimentSpec Resolve(ExperimentSpec spec) => spec with { Device = RunNumerics.Device(spec.Device) };

    /// <summary>The numerics as the run's folder keeps them.</summary>
    public string NumericsJson() => JsonSerializer.Serialize(Numerics.OrderBy(n => n.Key, StringComparer.Ordinal).ToDictionary(n => n.Key, n => n.Value));

    /// <inheritdoc/>
    public void Dispose()
    {
        Context.Dispose();
        Tokenizer.Dispose();
    }

    private static IReadOnlyDictionary<string, string> WithModel(IReadOnlyDictionary<string, string> numerics, ExperimentSpec spec, FolderHashes hashes) => spec.Model.Source == "checkpoint"
        ? new Dictionary<string, string>(numerics) { [NumericsDifferences.Model] = hashes.Of(FolderKind.Model, spec.Model.Path!).Digest.Hex }
        : numerics;

    /// <summary>The numbers of an embedded world.</summary>
    private static Func<double> Draws(int seed)
    {
        var token = 0L;
        return () => Chance.Uniform((ulong)seed, ChancePurpose.World, 0, 0, 0, token++);
    }
}
