using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Data.Prompts;
using R2ec.Distributed.Model.ChatTemplates;

namespace R2ec.Distributed.Node.Composition;

/// <summary>Makes whole prompts of messages: by the checkpoint's chat template, or as plain text. Thread-safe.</summary>
/// <param name="template">The template; null for plain text.</param>
internal sealed class PromptTurns(ChatTemplate? template)
{
    /// <summary>What the spec says.</summary>
    /// <exception cref="InputException">The checkpoint has no chat template.</exception>
    public static PromptTurns Of(ModelSpec model) => new(model.ChatTemplate == "checkpoint" ? ChatTemplate.FromCheckpoint(model.Path!) : null);

    /// <summary>A user's prompt, ready for its completion.</summary>
    public string User(string message, PromptWriter writer) => Turn(message, writer) + writer.AssistantPrefix;

    /// <summary>An item's prompt, the marker at its end.</summary>
    public string Item(string message, PromptWriter writer) => Turn(message, writer) + writer.ItemSuffix;

    private string Turn(string message, PromptWriter writer)
    {
        if (template is null)
        {
            return message;
        }

        var user = new ChatMessage("user", message);
        return template.Render(writer.System.Length > 0 ? [new ChatMessage("system", writer.System), user] : [user], addGenerationPrompt: true);
    }
}
