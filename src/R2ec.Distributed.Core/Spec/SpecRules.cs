using System.Text.RegularExpressions;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Core.Spec;

/// <summary>
/// The rules that span keys. Each names the key to change, what contradicts what, and the remedy. They are silent where a source is misspelt, since what
/// follows from a wrong source would only mislead.
/// </summary>
internal static class SpecRules
{
    /// <summary>Adds every broken rule to the faults.</summary>
    public static void Check(ExperimentSpec spec, string source, IReadOnlyDictionary<string, SpecPlace> places, List<SpecFault> faults)
    {
        var atFault = faults.Select(f => f.Key).ToHashSet();
        if (atFault.Contains("model.source") || atFault.Contains("data.source"))
        {
            return;
        }

        void Require(bool holds, string key, object? value, string rule, string remedy)
        {
            if (!holds && !atFault.Contains(key))
            {
                faults.Add(new SpecFault(PlaceOf(key, source, places), key, value?.ToString(), rule, remedy));
            }
        }

        Sources(spec, Require);
        if (spec.Model.Source == "scratch")
        {
            Scratch(spec.Model, Require);
        }

        Algorithm(spec, Require);
        Overlap(spec.Recpo, Require);
        WarmStart(spec, Require);
        RewardTermRules.Check(spec.Rewards, Require);
        Require(spec.Evaluation.Samples == 0 || spec.Evaluation.InterimSamples <= spec.Evaluation.Samples, "evaluation.interim_samples", spec.Evaluation.InterimSamples,
            $"more than evaluation.samples, {spec.Evaluation.Samples}", "lower it, or set it to 0");
    }

    private static void Sources(ExperimentSpec spec, Rule require)
    {
        var (data, model) = (spec.Data, spec.Model);
        require(data.Source != "prepared" || !string.IsNullOrWhiteSpace(data.Path), "data.path", null,
            "data.source is prepared, but no folder is named", "name a folder made by `r2ec prepare`, or set data.source to quickstart");
        require(data.Source != "quickstart" || data.Path is null, "data.path", data.Path,
            "the quickstart's world is embedded and has no folder", "remove the key, or set data.source to prepared");
        require(model.Source != "checkpoint" || !string.IsNullOrWhiteSpace(model.Path), "model.path", null,
            "model.source is checkpoint, but no folder is named", "name a Hugging Face folder, or set model.source to scratch");
        require(model.Source != "scratch" || model.Path is null, "model.path", model.Path, "a model from scratch has no folder", "remove the key, or set model.source to checkpoint");
        require(model.Tokenizer != "checkpoint" || model.Source == "checkpoint", "model.tokenizer", model.Tokenizer,
            "a model from scratch has no checkpoint to take a tokenizer from", "set it to train or quickstart");
        require(model.Tokenizer == "checkpoint" || model.Source == "scratch", "model.tokenizer", model.Tokenizer,
            "a checkpoint reads only the tokens of its own tokenizer", "set it to checkpoint");
        require(model.Tokenizer != "quickstart" || data.Source == "quickstart", "model.tokenizer", model.Tokenizer,
            "this tokenizer knows the words of the quickstart's world only", "set it to train");
        require(!model.TitleTokens || model.Tokenizer == "train", "model.title_tokens", "true", "titles become tokens only where the tokenizer is trained", "set model.tokenizer to train");
        require(!model.TitleTokens || spec.Prompts.HistoryLine.Contains("[{title}]", StringComparison.Ordinal), "prompts.history_line", spec.Prompts.HistoryLine,
            "model.title_tokens makes a token of each title in square brackets, and the line does not show one", "write [{title}] in it, or set model.title_tokens to false");
        require(model.ChatTemplate != "none" || spec.Prompts.System.Length == 0, "prompts.system", spec.Prompts.System,
            "a system turn needs a chat template, and model.chat_template is none", "remove the key, or write the turn into prompts.user");
        require(model.ChatTemplate != "checkpoint" || model.Source == "checkpoint", "model.chat_template", model.ChatTemplate,
            "a model from scratch has no chat template", "set it to none");
        require(model.Lora is null || model.Source == "checkpoint", "model.lora", null,
            "low-rank adapters stand beside trained weights, and a model from scratch has none", "remove the section");
        require(model.Lora is not { TargetModules.Count: 0 }, "model.lora.target_modules", "[]", "adapters on no projection train nothing", "name at least one");
    }

    private static void Scratch(ModelSpec model, Rule require)
    {
        require(model.Hidden % model.Heads == 0, "model.hidden", model.Hidden, $"it is no multiple of model.heads, {model.Heads}", "change one of them");
        require(model.Hidden % model.Heads != 0 || model.Hidden / model.Heads % 2 == 0, "model.hidden", model.Hidden,
            $"hidden / heads is {model.Hidden / model.Heads}, and rotary positions need an even size of a head", "change one of them");
        require(model.Heads % model.KvHeads == 0, "model.kv_heads", model.KvHeads, $"it does not divide model.heads, {model.Heads}", "change one of them");
    }

    private static void Algorithm(ExperimentSpec spec, Rule require)
    {
        var recpo = spec.Recpo;
        require(recpo.RelabelTopk <= recpo.GroupSize, "recpo.relabel_topk", recpo.RelabelTopk, $"a group has only recpo.group_size = {recpo.GroupSize} chains", "lower it");
        require(recpo.TokenWeight > 0 || recpo.ItemWeight > 0, "recpo.token_weight", 0, "recpo.item_weight is 0 as well, so nothing would be trained", "raise one of them");
        require(spec.Learning.Shards <= recpo.Batch, "learning.shards", spec.Learning.Shards,
            $"a step has only recpo.batch_size = {recpo.Batch} groups, so shards would be empty", "lower it, or raise recpo.batch_size");
        require(recpo.ChainFormat is null || IsPattern(recpo.ChainFormat), "recpo.chain_format", recpo.ChainFormat,
            "it is no regular expression that can be matched in linear time", "mend it; look-arounds and back-references are not supported");
    }

    private static void Overlap(RecPoSpec recpo, Rule require)
    {
        var isAsync = recpo.Mode == TrainingModes.Async;
        require(isAsync || recpo.MaxStaleness is null, "recpo.max_staleness", recpo.MaxStaleness,
            $"it bounds mode async, and recpo.mode is {recpo.Mode}, where every group is {(recpo.Mode == TrainingModes.Sync ? "as new as the policy" : "one version old")}", "remove the key, or set recpo.mode to async");
        require(!isAsync || recpo.MaxStaleness is null || recpo.MaxStaleness < recpo.Steps, "recpo.max_staleness", recpo.MaxStaleness,
            $"a run of recpo.steps = {recpo.Steps} never comes so far from a group's version", "lower it, or raise recpo.steps");
        require(isAsync || !recpo.PartialRollouts, "recpo.partial_rollouts", "true",
            $"chains go over to later versions in mode async alone, and recpo.mode is {recpo.Mode}, where one version writes all groups of a step", "set it to false, or set recpo.mode to async");
        require(recpo.Mode != TrainingModes.OneStepOff || recpo.Steps > 1, "recpo.mode", recpo.Mode, "recpo.steps is 1: there is no next step whose rollouts could be made meanwhile", "set it to sync, or raise recpo.steps");
        require(!isAsync || recpo.Batch <= RunPlan.MostAssembled, "recpo.batch_size", recpo.Batch,
            $"in mode async a step names at most {RunPlan.MostAssembled} groups", "lower it and take more steps, or set recpo.mode to sync or one-step-off");
        require(recpo.Mode == TrainingModes.Sync || recpo.DualClip > 1 + recpo.EpsilonHigh, "recpo.dual_clip", recpo.DualClip,
            $"it does not lie above 1 + recpo.epsilon_high = {SpecField.Number(1 + recpo.EpsilonHigh)}, so ratios within the clip would be cut", "raise it");
    }

    private static void WarmStart(ExperimentSpec spec, Rule require)
    {
        var warm = spec.WarmStart;
        require(warm.Pretrain is null || spec.Model.TitleTokens, "warm_start.pretrain", null, "pretraining learns next titles as tokens, and model.title_tokens is false", "set model.title_tokens to true, or remove the section");
        if (warm.Steps == 0)
        {
            return;
        }

        require(warm.LineWeight == 0 || spec.Model.TitleTokens, "warm_start.line_weight", warm.LineWeight, "it needs titles that are tokens, and model.title_tokens is false", "set model.title_tokens to true, or this to 0");
        require(warm.LineWeight == 0 || !spec.Model.TitleTokens || warm.Negatives == "catalogue", "warm_start.line_weight", warm.LineWeight, "the titles of a history are ranked against the whole catalogue, and warm_start.negatives is batch", "set warm_start.negatives to catalogue, or this to 0");
        require(warm.TitleWeight == 0 || spec.Model.TitleTokens, "warm_start.title_weight", warm.TitleWeight, "it needs titles that are tokens, and model.title_tokens is false", "set model.title_tokens to true, or this to 0");
        require(warm.TokenWeight == 0 || warm.Chains is not null, "warm_start.chains", null, $"warm_start.token_weight is {SpecField.Number(warm.TokenWeight)}, but no chains are described", "add the section, or set token_weight to 0");
        require(warm.ItemWeight == 0 || warm.TokenWeight > 0 || warm.Chains is not null, "warm_start.chains", null, $"warm_start.item_weight is {SpecField.Number(warm.ItemWeight)}, but no chains are described", "add the section, or set item_weight to 0");
        require(warm.TokenWeight + warm.ItemWeight + warm.DirectWeight + warm.LineWeight + warm.TitleWeight > 0, "warm_start.token_weight", 0, "every weight of the warm start is 0, so nothing would be trained", "raise one, or set warm_start.steps to 0");
    }

    /// <summary>Where a key stands; where it was left out, the nearest section above it, else the file.</summary>
    private static SpecPlace PlaceOf(string key, string source, IReadOnlyDictionary<string, SpecPlace> places)
    {
        for (var path = key; path.Length > 0; path = path.Contains('.', StringComparison.Ordinal) ? path[..path.LastIndexOf('.')] : "")
        {
            if (places.TryGetValue(path, out var place))
            {
                return place;
            }
        }

        return new SpecPlace(source, 0);
    }

    internal static bool IsPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    internal delegate void Rule(bool holds, string key, object? value, string rule, string remedy);
}
