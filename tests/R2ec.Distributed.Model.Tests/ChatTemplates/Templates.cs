using R2ec.Distributed.Core;
using R2ec.Distributed.Model.ChatTemplates;

namespace R2ec.Distributed.Model.Tests.ChatTemplates;

/// <summary>One conversation, and templates rendered with it.</summary>
internal static class Templates
{
    private static readonly ChatMessage[] Messages = [new("system", "  be brief "), new("user", "It's <b>🎸</b>\n"), new("assistant", "")];

    public static string Render(string template) => ChatTemplate.Parse(template, Tokens()).Render(Messages, addGenerationPrompt: true);

    public static string Continue(string template, string final) =>
        ChatTemplate.Parse(template, Tokens()).Render([new("user", "hi"), new("assistant", final)], addGenerationPrompt: false, continueFinalMessage: true);

    public static string Fault(string template) => Assert.Throws<InputException>(() => Render(template)).Message;

    public static Dictionary<string, string> Tokens() => new() { ["bos_token"] = "<s>" };
}
