using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Reports;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Journal;

namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>export</c> does.</summary>
internal static class ExportRun
{
    private static readonly string[] Beside = ["tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "generation_config.json"];

    /// <summary>Writes the policy; the folder appears by rename, whole.</summary>
    public static int Run(ExportRequest request)
    {
        var folder = ShowRuns.Find(request.Runs, request.Run);
        var state = JournalReader.Summary(folder).State;
        var policy = KeptPolicy.Find(folder, state, request.Step);
        RefuseTaken(request.Out);
        return Write(SpecFile.Of(folder.SpecResolved, state.Spec, []).Sound(), new RunFiles(folder.Path).Tokenizer, policy, request);
    }

    /// <summary>Refuses a folder that is there already.</summary>
    /// <exception cref="InputException">It is.</exception>
    public static void RefuseTaken(string output)
    {
        if (Path.Exists(output))
        {
            throw new InputException($"{Path.GetFullPath(output)} exists already. Name a folder that is to be made with --out.");
        }
    }

    /// <summary>Writes a policy whose tensors are at hand.</summary>
    /// <param name="spec">The run's spec.</param>
    /// <param name="tokenizer">The run's own tokenizer.json; null where it is made anew.</param>
    /// <param name="policy">The version.</param>
    /// <param name="request">What was asked.</param>
    public static int Write(ExperimentSpec spec, string? tokenizer, KeptPolicy policy, ExportRequest request)
    {
        var place = Path.GetFullPath(request.Out);
        if (request.Merged && spec.Model.Lora is null)
        {
            throw new InputException($"Run '{request.Run}' trains every parameter: there is no adapter to fold in. Leave --merged out.");
        }

        using var assembly = RunAssembly.Of(spec, tokenizer);
        var making = $"{place}.new-{Environment.ProcessId}";
        Directory.CreateDirectory(making);
        try
        {
            PolicyExport.Write(assembly.Context, policy.File, policy.Weights, making, request.Merged, request.Type);
            File.WriteAllBytes(Path.Combine(making, "tokenizer.json"), assembly.TokenizerJson);
            foreach (var name in Beside.Where(n => spec.Model.Path is not null && File.Exists(Path.Combine(spec.Model.Path, n))))
            {
                File.Copy(Path.Combine(spec.Model.Path!, name), Path.Combine(making, name));
            }

            Directory.Move(making, place);
        }
        catch
        {
            Directory.Delete(making, recursive: true);
            throw;
        }

        Console.Out.WriteLine($"step {policy.Step}, weights {policy.Weights} -> {place}");
        return ExitCode.Done;
    }
}
