namespace R2ec.Distributed.Model.Tests.ChatTemplates;

/// <summary>Loops, assignments, macros, conditions. What is expected is what jinja2 3.1.2 renders with the settings of transformers.</summary>
public sealed class TemplateStatementTests
{
    [Theory]
    [InlineData(
        "{% for m in messages %}{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.length }}"
            + "{{ loop.first }}{{ loop.last }} {{ loop.previtem.role if loop.previtem is defined else '-' }}"
            + ">{{ loop.nextitem.role if not loop.last else '-' }} {{ loop.cycle('a','b') }} "
            + "{{ loop.changed(m.role) }} {{ loop.depth }};{% endfor %}",
        "1/0/3/3TrueFalse ->user a True 1;2/1/2/3FalseFalse system>assistant b True 1;3/2/1/3FalseTrue user>- a True 1;")]
    [InlineData(
        "{% for m in messages if m.role != 'system' %}{{ m.role }}{{ loop.index }},{% else %}none{% endfor %}"
            + "{% for m in [] %}x{% else %}none{% endfor %}",
        "user1,assistant2,none")]
    [InlineData(
        "{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i > 4 %}{% break %}{% endif %}"
            + "{{ i }}{% endfor %} {{ range(3)|list }} {{ range(5, 0, -2)|list }} {{ dict(a=1)|tojson }} "
            + "{{ range(4)|length }}",
        "0134 [0, 1, 2] [5, 3, 1] {\"a\": 1} 4")]
    [InlineData(
        "{% set loop_messages = messages[1:] %}{% for message in loop_messages %}"
            + "{% set content = message['content'] %}{% if loop.index0 == 0 %}{{ content | trim }}{% endif %}"
            + "{% endfor %}{{ content is defined }}",
        "It's <b>🎸</b>False")]
    public void Loops_know_where_they_stand(string template, string expected) => Assert.Equal(expected, Templates.Render(template));

    [Theory]
    [InlineData(
        "{% set ns = namespace(a=1, b='x') %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% set b = i %}"
            + "{% endfor %}{{ ns.a }} {{ b }} {{ b is defined }}",
        "4  False")]
    [InlineData(
        "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}{% for i in [1] %}{{ x }}"
            + "{% set x = 3 %}{{ x }}{% endfor %}{{ x }}",
        "2232")]
    [InlineData(
        "{% set x, y = 1, 'b' %}{{ x }}{{ y }}{% set z = 1, 2 %}{{ z }}{{ (1,) }}{{ () }}"
            + "{{ [1, 'a', none, true, 1.5, {'k': \"it's\"}] }}",
        "1b(1, 2)(1,)()[1, 'a', None, True, 1.5, {'k': \"it's\"}]")]
    [InlineData(
        "{% set x %}  a {{ 1 }} {% endset %}[{{ x }}]{% set y | trim | upper %}  b {% endset %}[{{ y }}"
            + "]{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}",
        "[  a 1 ][B]3False")]
    [InlineData(
        "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}{{ (1, 2) + (3,) }}"
            + "{{ [1] + [2] }}{{ 'ab' * 3 }}{{ 2 * 'x' }}{{ 5 - -3 }}{{ +3 }}{{ not not 1 }}",
        "123(1, 2, 3)[1, 2]abababxx83True")]
    public void Names_are_set_where_they_belong(string template, string expected) => Assert.Equal(expected, Templates.Render(template));

    [Theory]
    [InlineData(
        "{% macro f(a, b='d', c=none) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ f(1) }}{{ f(1, c=2) }}"
            + "{{ f('x', 'y', 'z') }}{{ f() }}",
        "[1dNone][1d2][xyz][dNone]")]
    [InlineData(
        "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}"
            + "{{ f(2) | trim | length }}",
        "5432103")]
    [InlineData(
        "{% if messages[0].role == 'system' and messages[0].content is string %}S{% elif x %}E{% else %}"
            + "N{% endif %}{% if x %}{% elif y %}{% else %}N{% endif %}",
        "SN")]
    public void Macros_and_conditions_are_rendered(string template, string expected) => Assert.Equal(expected, Templates.Render(template));
}
