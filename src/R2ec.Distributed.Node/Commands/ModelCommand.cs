using System.CommandLine;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>model verify</c>.</summary>
internal static class ModelCommand
{
    /// <summary>The command with its subcommand.</summary>
    public static Verb Build()
    {
        var folder = new Argument<string>("DIR") { Description = "Hugging Face folder: config.json, model.safetensors." };
        var reference = new Argument<string>("REFERENCE") { Description = "safetensors with the ids and the logits that another implementation computed." };
        var json = CommonOptions.Json();
        const string Example =
            """
            Example:
              r2ec model verify models/my-model reference.safetensors
            REFERENCE holds input ids and the logits that another implementation computed from the same checkpoint. Exit code 5 where they differ.
            """;
        return new Verb("model", "Look at checkpoints.", Example).With(
            new Verb("verify", "Compute a reference's logits with a checkpoint and report the largest deviation.", Example).With(folder, reference, json)
                .Does((parsed, _) => Task.FromResult(VerifyModel.Run(parsed.GetValue(folder)!, parsed.GetValue(reference)!, parsed.GetValue(json)))));
    }
}
