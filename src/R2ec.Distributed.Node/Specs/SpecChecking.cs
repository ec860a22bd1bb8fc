using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Specs;

/// <summary>What <c>spec check</c> does.</summary>
internal static class SpecChecking
{
    /// <summary>Checks a spec and prints what it found; the result is the exit code.</summary>
    public static int Run(string path, IReadOnlyList<string> sets, bool files, bool json)
    {
        IReadOnlyList<SpecFault> faults;
        ExperimentSpec? spec = null;
        try
        {
            var reading = SpecFile.Read(path, sets);
            spec = reading.Spec;
            faults = files ? [.. reading.Faults, .. NamedFiles.Check(reading)] : reading.Faults;
        }
        catch (InputException refused) when (json)
        {
            faults = [new SpecFault(new SpecPlace(path, 0), "", null, refused.Message, "")];
        }

        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                sound = faults.Count == 0,
                faults = faults.Select(f => new { source = f.Place.Source, line = f.Place.Line, key = f.Key, value = f.Value, rule = f.Rule, remedy = f.Remedy }),
            }));
            return faults.Count == 0 ? ExitCode.Done : ExitCode.Input;
        }

        if (faults.Count > 0)
        {
            throw SpecFault.Refusal(path, faults);
        }

        Console.Out.WriteLine($"{path} is sound: {Summary(spec!)}.");
        return ExitCode.Done;
    }

    /// <summary>The experiment in a line.</summary>
    public static string Summary(ExperimentSpec spec)
    {
        var model = spec.Model.Source == "scratch" ? $"a decoder from scratch ({spec.Model.Layers} x {spec.Model.Hidden})"
            : $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(spec.Model.Path ?? "a checkpoint"))} with {(spec.Model.Lora is { } lora ? $"LoRA of rank {lora.Rank}" : "every parameter trained")}";
        var data = spec.Data.Source == "quickstart" ? $"the quickstart's world {spec.Data.Seed}" : spec.Data.Path;
        var before = (spec.WarmStart.Pretrain?.Steps ?? 0) + spec.WarmStart.Steps;
        return $"{model} on {data}, {before} steps before RL, then {spec.Recpo.Steps} RL steps of {spec.Recpo.Batch} users x {spec.Recpo.GroupSize} chains, seed {spec.Seed}";
    }
}
