namespace R2ec.Distributed.Model.Tests.ChatTemplates;

/// <summary>trim_blocks, lstrip_blocks, signs, raw sections and comments. What is expected is what jinja2 3.1.2 renders with the settings of transformers.</summary>
public sealed class TemplateWhitespaceTests
{
    [Theory]
    [InlineData(
        "a\n  {% if true %}\n    b\n  {% endif %}\nc",
        "a\n    b\nc")]
    [InlineData(
        "a\n  {{ 'x' }}\n  {%- if true -%}\n    b\n  {%- endif +%}\nc",
        "a\n  xb\nc")]
    [InlineData(
        "  {%+ if true %}\n b{% endif %}\n\nc\n",
        "   b\nc")]
    [InlineData(
        "{# c #}\n  {#- d -#}  \n x {# e #} y",
        "x  y")]
    [InlineData(
        "{% raw %}{{ x }} {% if %}\n{% endraw %}\nz",
        "{{ x }} {% if %}\nz")]
    [InlineData(
        "{%- raw -%}  {{ a }}  {%- endraw -%}  z",
        "{{ a }}z")]
    [InlineData(
        "{{- '<s>' -}}   \n   x   \n{{- 'y' -}}",
        "<s>xy")]
    [InlineData(
        "{%- for m in messages -%}\n    {%- if not loop.first %}\n\n    {% endif -%}\n    {{ m.role }}\n"
            + "{%- endfor %}\n",
        "system\nuser\nassistant")]
    public void White_space_goes_as_the_tags_say(string template, string expected) => Assert.Equal(expected, Templates.Render(template));
}
