using R2ec.Distributed.Core;
using R2ec.Distributed.Model.ChatTemplates;

namespace R2ec.Distributed.Model.Tests.ChatTemplates;

public sealed class ChatTemplateTests : IDisposable
{
    private const string Keeping = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
    private const string Trimming = "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</>{% endfor %}";

    private readonly string _folder = Directory.CreateTempSubdirectory("r2ec-test-").FullName;

    [Fact]
    public void The_generation_prompt_is_added_on_request()
    {
        var template = ChatTemplate.Parse(Keeping, Templates.Tokens());

        Assert.Equal("<user>hi</><assistant>", template.Render([new("user", "hi")], addGenerationPrompt: true));
        Assert.Equal("<user>hi</>", template.Render([new("user", "hi")], addGenerationPrompt: false));
    }

    [Theory]
    [InlineData(Keeping, " a <answer>", "<user>hi</><assistant> a <answer>")]
    [InlineData(Keeping, "a \n", "<user>hi</><assistant>a \n")]
    [InlineData(Keeping, "", "<user>hi</><assistant>")]
    [InlineData(Trimming, " a \n", "<user>hi</><assistant>a")]
    public void A_final_message_is_continued_as_far_as_the_template_keeps_it(string template, string final, string expected) =>
        Assert.Equal(expected, Templates.Continue(template, final));

    [Fact]
    public void A_final_message_that_the_template_drops_cannot_be_continued() =>
        Assert.Contains("does not appear in the prompt", Assert.Throws<InputException>(() => Templates.Continue("{{ messages[0].content }}", "a")).Message, StringComparison.Ordinal);

    [Fact]
    public void Continuing_needs_a_message_and_no_generation_prompt()
    {
        var template = ChatTemplate.Parse(Keeping, Templates.Tokens());

        Assert.Throws<InputException>(() => template.Render([], false, continueFinalMessage: true));
        Assert.Throws<InputException>(() => template.Render([new("user", "hi")], true, continueFinalMessage: true));
    }

    [Fact]
    public void The_date_is_that_of_the_clock() =>
        Assert.Equal(
            "07 March 2025 Mar Fri 14:05:09 066 %",
            ChatTemplate.Parse("{{ strftime_now('%d %B %Y %b %a %H:%M:%S %j %%') }}", Templates.Tokens())
                .Render([], false, clock: new Clock(new(2025, 3, 7, 14, 5, 9, TimeSpan.Zero))));

    [Fact]
    public void A_checkpoints_template_file_goes_before_its_configuration()
    {
        Write("tokenizer_config.json", """{"chat_template": "config", "bos_token": "<s>", "eos_token": {"content": "</s>"}, "pad_token": null, "add_bos_token": true}""");
        Assert.Equal("config", ChatTemplate.FromCheckpoint(_folder).Text);

        Write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ unk_token }}{{ add_bos_token is defined }}");
        Write("special_tokens_map.json", """{"bos_token": "other", "unk_token": {"content": "<unk>"}}""");
        Assert.Equal("<s></s><unk>False", ChatTemplate.FromCheckpoint(_folder).Render([], false));
    }

    [Fact]
    public void Of_several_templates_the_default_is_taken()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "a"}, {"name": "default", "template": "b"}]}""");

        Assert.Equal("b", ChatTemplate.FromCheckpoint(_folder).Text);
    }

    [Theory]
    [InlineData("""{"chat_template": [{"name": "tool_use", "template": "a"}]}""", "without an entry named \"default\"")]
    [InlineData("""{"chat_template": 3}""", "must be a text")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData("{", "is not JSON")]
    [InlineData("""{"chat_template": "a\n{{"}""", "chat_template, line 2")]
    public void A_broken_configuration_is_named(string config, string message)
    {
        Write("tokenizer_config.json", config);

        var fault = Assert.Throws<InputException>(() => ChatTemplate.FromCheckpoint(_folder)).Message;
        Assert.Contains(Path.Combine(_folder, "tokenizer_config.json"), fault, StringComparison.Ordinal);
        Assert.Contains(message, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_without_a_template_is_named()
    {
        Write("tokenizer_config.json", "{}");

        Assert.Null(ChatTemplate.FindInCheckpoint(_folder));
        Assert.Contains(_folder, Assert.Throws<InputException>(() => ChatTemplate.FromCheckpoint(_folder)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
