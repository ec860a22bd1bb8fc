using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>
/// A checkpoint's chat template (Jinja, as transformers renders it): turns messages into a prompt. Immutable and thread-safe. What a template uses
/// that is not known here is refused with its line, so that no wrong prompt is made.
/// </summary>
/// <remarks>Limits: template 1,000,000 characters; prompt 10,000,000 characters; 100,000 passes of all loops together; nesting 100.</remarks>
public sealed class ChatTemplate
{
    /// <summary>Ends in a blank, which is lost where the template trims the message.</summary>
    private const string EndTag = "THE_FINAL_MESSAGE_ENDS_HERE ";

    private readonly IReadOnlyList<Statement> _statements;
    private readonly string _where;

    private ChatTemplate(string text, IReadOnlyDictionary<string, string> specialTokens, string where)
    {
        Text = text;
        SpecialTokens = specialTokens;
        _where = where;
        try
        {
            _statements = TemplateParser.Parse(text);
        }
        catch (TemplateFault fault)
        {
            throw Refusal(fault, fault.Line);
        }
    }

    /// <summary>The template.</summary>
    public string Text { get; }

    /// <summary>Special tokens by the names that the template knows them by, such as <c>bos_token</c>.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="text">Jinja.</param>
    /// <param name="specialTokens">Special tokens by name (<c>bos_token</c>, <c>eos_token</c>, <c>pad_token</c>, <c>unk_token</c>); a name left out is undefined.</param>
    /// <exception cref="InputException">The template is broken or has a block that is not supported; the message has its line.</exception>
    public static ChatTemplate Parse(string text, IReadOnlyDictionary<string, string> specialTokens) => new(text, specialTokens, "the chat template");

    /// <summary>
    /// Reads a checkpoint's template: <c>chat_template.jinja</c>, else <c>chat_template</c> of <c>tokenizer_config.json</c> (of several the one named
    /// <c>default</c>), with the special tokens of <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.
    /// </summary>
    /// <exception cref="InputException">There is none, or it is broken; the message names the file.</exception>
    public static ChatTemplate FromCheckpoint(string dir) => FindInCheckpoint(dir) ?? throw new InputException(
        $"{dir} has no chat template: neither {CheckpointFiles.TemplateName} nor chat_template in {CheckpointFiles.ConfigName}. Take an instruction-tuned checkpoint, or put the template there.");

    /// <summary>The same, but null where a checkpoint has no template.</summary>
    /// <exception cref="InputException">A file is broken; the message names it.</exception>
    public static ChatTemplate? FindInCheckpoint(string dir) =>
        CheckpointFiles.Template(dir) is { } found ? new(found.Text, CheckpointFiles.SpecialTokens(dir), found.Where) : null;

    /// <summary>The prompt of a conversation. The same input always gives the same text.</summary>
    /// <param name="messages">In order.</param>
    /// <param name="addGenerationPrompt">Ends the prompt with the beginning of an answer.</param>
    /// <param name="continueFinalMessage">Ends the prompt with the last message's content, as far as the template keeps it, and leaves what follows out.</param>
    /// <param name="clock">The clock of a template that writes the date; without one such a template is refused.</param>
    /// <exception cref="InputException">The template refuses the messages, or does something that is not supported; the message has its line.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, bool continueFinalMessage = false, TimeProvider? clock = null)
    {
        if (!continueFinalMessage)
        {
            return Run(messages, addGenerationPrompt, clock);
        }

        if (addGenerationPrompt || messages.Count == 0)
        {
            throw new InputException($"{_where}: to continue the final message there must be one, and no generation prompt after it");
        }

        var last = messages[^1];
        var prompt = Run([.. messages.Take(messages.Count - 1), last with { Content = last.Content + EndTag }], addGenerationPrompt, clock);
        var end = prompt.LastIndexOf(EndTag.TrimEnd(), StringComparison.Ordinal);
        if (end < 0)
        {
            throw new InputException($"{_where}: the final message, of role '{last.Role}', does not appear in the prompt, so it cannot be continued");
        }

        return prompt.AsSpan(end).StartsWith(EndTag, StringComparison.Ordinal) ? prompt[..end] : PythonText.StripEnd(prompt[..end]);
    }

    private string Run(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, TimeProvider? clock)
    {
        var scope = new Scope(null);
        Functions.AddTo(scope, clock);
        foreach (var (name, token) in SpecialTokens)
        {
            scope[name] = token;
        }

        scope["messages"] = Sequence.List(messages.Select(message => new Mapping(("role", message.Role), ("content", message.Content))));
        scope["tools"] = null;
        scope["documents"] = null;
        scope["add_generation_prompt"] = addGenerationPrompt;
        var renderer = new Renderer();
        try
        {
            return renderer.Run(_statements, scope);
        }
        catch (TemplateFault fault)
        {
            throw Refusal(fault, fault.Line > 0 ? fault.Line : renderer.Line);
        }
    }

    private InputException Refusal(TemplateFault fault, int line) => new($"{_where}, line {line}: {fault.Message}", fault);
}
