using System.CommandLine;
using R2ec.Distributed.Node.Client;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>export RUN</c>.</summary>
internal static class ExportCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var (run, runs, cluster) = (CommonOptions.Run(), CommonOptions.Runs(), new ClusterOptions());
        var output = new Option<string>("--out") { Description = "Folder to make; it appears whole or not at all.", HelpName = "DIR", Required = true };
        var step = CommonOptions.Step("RL step whose policy is exported, or best; by default the last one trained.");
        var merged = new Option<bool>("--merged") { Description = "Fold the adapters into the checkpoint's weights: a whole Hugging Face checkpoint." };
        var type = new Option<string>("--dtype") { Description = "Type of the written tensors.", HelpName = "float32|bfloat16|float16", DefaultValueFactory = _ => "float32" };
        type.AcceptOnlyFromAmong("float32", "bfloat16", "float16");
        return new Verb("export", "Write a run's policy as a PEFT adapter or a Hugging Face checkpoint.",
            """
            Examples:
              r2ec export gift-cards --out exported              # adapter_model.safetensors with its configuration, or model.safetensors
              r2ec export gift-cards --out merged --merged --dtype bfloat16
              r2ec export games --cluster /data/cluster --out exported
            Without --merged and --dtype the tensors are those behind the hash that `runs show` prints.
            """).With(run, runs, output, step, merged, type).With(cluster.All).Does(async (parsed, stop) =>
            {
                var request = new ExportRequest(parsed.GetValue(runs)!, parsed.GetValue(run)!, parsed.GetValue(output)!, parsed.GetValue(step), parsed.GetValue(merged), parsed.GetValue(type)!);
                using var client = cluster.Find(parsed, environment: !CommonOptions.IsGiven(parsed, runs));
                return client is null ? ExportRun.Run(request) : await ExportFromCluster.RunAsync(client, request, stop);
            });
    }
}
