namespace R2ec.Distributed.Model.Tests.ChatTemplates;

/// <summary>Values, operators, items, tests. What is expected is what jinja2 3.1.2 renders with the settings of transformers.</summary>
public sealed class TemplateExpressionTests
{
    [Theory]
    [InlineData(
        "{{ 1 + 2 * 3 - 4 // 3 % 2 }} {{ 7 / 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 3 ** 2 }} "
            + "{{ -2 ** 2 }} {{ 1e20 }} {{ 1.0 }} {{ 1.5e-7 }} {{ 0.1 + 0.2 }} {{ 2 ** -1 }} {{ 10 ** 2 }} "
            + "{{ 1e16 }} {{ 123456789012345680.0 }} {{ 1e15 }} {{ 0.0001 }} {{ 100.25 }} {{ -0.0 }}",
        "6 3.5 -4 2 -2 64 4 1e+20 1.0 1.5e-07 0.30000000000000004 0.5 100 1e+16 1.2345678901234568e+17 1000000000000000"
            + ".0 0.0001 100.25 -0.0")]
    [InlineData(
        "{{ 1 if false }}|{{ 1 if false else 2 if false else 3 }}"
            + "|{{ 'a' ~ 1 ~ none ~ true ~ 1.0 ~ undefinedvar }}|{{ 'a' 'b' \"c\" }}",
        "|3|a1NoneTrue1.0|abc")]
    [InlineData(
        "{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 'a' < 'b' }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' == 1 }} "
            + "{{ none == false }} {{ [1,2] == [1,2] }} {{ (1,) == [1] }} {{ x == y }} {{ {'a':1} == {'a':1.0} }} "
            + "{{ [1,2] < [1,3] }}",
        "True False True True True False False True False True True True")]
    [InlineData(
        "{{ 0 or 'a' }} {{ 'b' and '' }}| {{ none or none }} {{ not '' and 1 }} {{ [] or {} or '' or 0 }}",
        "a | None 1 0")]
    [InlineData(
        "{{ messages | length > 2 }} {{ (messages | length) % 2 == 1 }} {{ 'a' if messages else 'b' }} "
            + "{{ ('x' ~ 1) | upper }} {{ 'x' ~ 1 | string }} {{ -1|abs }}{{ 'a'.upper() ~ 'b' }}",
        "True True a X1 x1 1Ab")]
    public void Numbers_and_comparisons_are_those_of_Python(string template, string expected) => Assert.Equal(expected, Templates.Render(template));

    [Theory]
    [InlineData(
        "{{ 'a' in 'cat' }} {{ 'x' not in 'cat' }} {{ 1 in [1.0] }} {{ 'role' in messages[0] }} "
            + "{{ 'a' in x }} {{ not 'a' in 'b' }} {{ not x }}",
        "True True True True False True True")]
    [InlineData(
        "{{ messages[-1].role }} {{ messages[0]['content'][2:4] }}|{{ messages[1:]|length }} "
            + "{{ messages[::-1][0].role }} {{ 'abcdef'[::2] }} {{ 'abcdef'[-3:-1] }} {{ 'abcdef'[::-1] }} "
            + "{{ 'abc'[10:] }}|{{ 'abc'[1] }} {{ [1,2,3][:-1] }} {{ (1,2,3)[1:] }} {{ 'abcdef'[4:1:-1] }} "
            + "{{ '🎸x'[1] }} {{ '🎸x'[:1] }} {{ '🎸x'|length }} {{ 'abc'[5] is defined }} {{ [1][7] is defined }}",
        "assistant be|2 assistant ace de fedcba |b [1, 2] (2, 3) edc x 🎸 2 False False")]
    [InlineData(
        "{{ {'a': {'b': 1}}.a.b }}{{ {'a': {'b': 2}}['a']['b'] }}{{ [[1,2],[3]][0][1] }}{{ messages.0.role }}"
            + "{{ {'items': 5}['items'] }}{{ {}.x is defined }}",
        "122system5False")]
    [InlineData(
        "{{ 'ab'.x }}|{{ 1 .x }}|{{ none.x }}|{{ (none).x is defined }}",
        "|||False")]
    public void Items_slices_and_membership_are_those_of_Python(string template, string expected) => Assert.Equal(expected, Templates.Render(template));

    [Theory]
    [InlineData(
        "{{ messages[0].missing is defined }} {{ messages[0].missing is none }} {{ tools is none }} "
            + "{{ tools is defined }} {{ missing is undefined }} {{ bos_token is string }} "
            + "{{ messages is iterable }} {{ messages is sequence }} {{ messages[0] is mapping }} "
            + "{{ 1 is number }} {{ true is number }} {{ true is integer }} {{ 1.0 is float }} {{ 3 is odd }} "
            + "{{ 4 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 1 is eq 1 }} "
            + "{{ 'a' is in ['a'] }} {{ none is string }} {{ 'abc' is lower }} {{ 'ABC' is upper }} "
            + "{{ range is callable }} {{ true is true }} {{ 1 is true }} {{ true is boolean }} "
            + "{{ x is iterable }} {{ x is sequence }} {{ x is mapping }}",
        "False False True True True True True True True True True False True True True True False True True False True "
            + "True True True False True True True False")]
    [InlineData(
        "{{ 'x' is not string and true }} {{ not 1 is string }} {{ 1 is string or 'a' }} {{ 2 is not none }}",
        "False True a True")]
    public void Tests_say_what_a_value_is(string template, string expected) => Assert.Equal(expected, Templates.Render(template));

    [Theory]
    [InlineData(
        "{{ \"\\u00e9\\x41\\n\\101\\q\\\\\" }}{{ 'a\\\nb' }}",
        "éA\nA\\q\\ab")]
    [InlineData(
        "{{ \"it's\" }} {{ [\"it's\", 'say \"x\"', \"both ' and \\\"\", 'é', '\\x07', '\\u200b', '🎸', 'a\\tb\\\\'] }}",
        "it's [\"it's\", 'say \"x\"', 'both \\' and \"', 'é', '\\x07', '\\u200b', '🎸', 'a\\tb\\\\']")]
    public void Texts_are_read_and_printed_as_in_Python(string template, string expected) => Assert.Equal(expected, Templates.Render(template));
}
