using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Model.ChatTemplates;
using R2ec.Distributed.Model.Tests.Tokenization;
using R2ec.Distributed.Model.Tokenization;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Model.Tests.ChatTemplates;

public sealed class GoldenChatTemplateTests
{
    [Theory]
    [InlineData("smollm2")]
    [InlineData("qwen2.5")]
    [InlineData("gemma-2")]
    public void Prompts_are_those_of_the_reference(string family)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Golden("models", "chat.json")));
        var cases = golden.RootElement.GetProperty("cases").EnumerateArray().Where(each => each.GetProperty("rendered").TryGetProperty(family, out _)).ToList();
        Assert.SkipWhen(cases.Count == 0, $"no case for {family}");
        var specialTokens = golden.RootElement.GetProperty("special_tokens").GetProperty(family).EnumerateObject()
            .ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);
        var template = ChatTemplate.Parse(File.ReadAllText(TemplatePath(family)), specialTokens);
        var tokenizer = TokenizerFiles.Load(family switch { "qwen2.5" => "qwen2", "gemma-2" => "gemma-style-4k", _ => family });

        var faults = cases.Select(each => Fault(each, each.GetProperty("rendered").GetProperty(family), template, tokenizer)).Where(fault => fault is not null).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static string? Fault(JsonElement each, JsonElement expected, ChatTemplate template, Tokenizer tokenizer)
    {
        var messages = each.GetProperty("messages").EnumerateArray()
            .Select(message => new ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!)).ToList();
        var name = each.GetProperty("name").GetString();
        string text;
        try
        {
            text = template.Render(messages, Flag(each, "add_generation_prompt"), Flag(each, "continue_final_message"));
        }
        catch (InputException fault)
        {
            return expected.TryGetProperty("error", out var error) && fault.Message.Contains(error.GetString()!, StringComparison.Ordinal) ? null : $"{name}: {fault.Message}";
        }

        if (!expected.TryGetProperty("text", out var wanted))
        {
            return $"{name}: no error, but {JsonSerializer.Serialize(text)}";
        }

        int[] ids = [.. expected.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        return text != wanted.GetString() ? $"{name}: {JsonSerializer.Serialize(text)}, not {wanted.GetRawText()}"
            : !ids.AsSpan().SequenceEqual(tokenizer.Encode(text)) ? $"{name}: [{string.Join(' ', tokenizer.Encode(text))}], not [{string.Join(' ', ids)}]"
            : null;
    }

    private static bool Flag(JsonElement each, string name) => each.TryGetProperty(name, out var flag) && flag.GetBoolean();

    private static string TemplatePath(string family)
    {
        if (family == "smollm2")
        {
            return Path.Combine(TokenizerFiles.SmolLmFolder(), "chat_template.jinja");
        }

        var folder = SharedFolder.Need("tokenizers", "chat-templates");
        var path = Directory.GetFiles(folder).FirstOrDefault(file => Path.GetFileName(file).Contains(family, StringComparison.OrdinalIgnoreCase));
        Assert.SkipWhen(path is null, $"{folder} has no template of {family}");
        return path;
    }
}
