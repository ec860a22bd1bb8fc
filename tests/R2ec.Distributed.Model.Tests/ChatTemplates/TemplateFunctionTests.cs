namespace R2ec.Distributed.Model.Tests.ChatTemplates;

/// <summary>Methods and filters. What is expected is what jinja2 3.1.2 renders with the settings of transformers.</summary>
public sealed class TemplateFunctionTests
{
    [Theory]
    [InlineData(
        "{{ messages[0].content.strip() }}|{{ messages[0].content.lstrip() }}"
            + "|{{ messages[0].content.rstrip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'abcba'.lstrip('ab') }}"
            + "|{{ 'abcba'.rstrip('ab') }}",
        "be brief|be brief |  be brief|a|cba|abc")]
    [InlineData(
        "{{ 'a,b,,c'.split(',') }} {{ ' a  b c '.split() }} {{ 'a b  c '.split(none, 1) }} "
            + "{{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ''.split() }} {{ ''.split(',') }} "
            + "{{ 'x</think>y'.split('</think>')[-1] }} {{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} "
            + "{{ 'a\\nb\\r\\nc\\n'.splitlines() }}",
        "['a', 'b', '', 'c'] ['a', 'b', 'c'] ['a', 'b  c '] ['a', 'b,c'] ['a,b', 'c'] [] [''] y ('a', '=', 'b=c') ('a=b"
            + "', '=', 'c') ['a', 'b', 'c']")]
    [InlineData(
        "{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x','c')) }} {{ 'aXbX'.replace('X', '-') }} "
            + "{{ 'aXbX'.replace('X', '-', 1) }} {{ 'hello World'.upper() }} {{ 'Hello'.lower() }} "
            + "{{ \"it's a-test x2y\".title() }} {{ 'hELLO w'.capitalize() }} {{ 'abcabc'.find('c') }} "
            + "{{ 'abcabc'.rfind('c') }} {{ 'abc'.find('x') }} {{ 'aaa'.count('a') }} {{ ', '.join(['a','b']) }} "
            + "{{ '🎸a'.find('a') }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.py'.removesuffix('.py') }} "
            + "{{ '12'.isdigit() }} {{ 'A1'.isalnum() }}",
        "True True a-b- a-bX HELLO WORLD hello It'S A-Test X2Y Hello w 2 5 -1 3 a, b 1 x x True True")]
    public void Methods_are_those_of_Python(string template, string expected) => Assert.Equal(expected, Templates.Render(template));

    [Theory]
    [InlineData(
        "{{ ' a '|trim }}|{{ 'xax'|trim('x') }}|{{ 'abc'|length }} {{ 'abc'|first }}{{ 'abc'|last }} "
            + "{{ [1,2,3]|join(', ') }} {{ ['a','b']|join }} {{ messages|map(attribute='role')|join('/') }} "
            + "{{ messages|selectattr('role','equalto','user')|list|length }} "
            + "{{ messages|rejectattr('content')|map(attribute='role')|list }} {{ ['a','']|select|list }} "
            + "{{ [1,2,3,4]|select('even')|list }} {{ [1,2,3]|reject('gt', 1)|list }} "
            + "{{ ['a','b']|map('upper')|list }}",
        "a|a|3 ac 1, 2, 3 ab system/user/assistant 1 ['assistant'] ['a'] [2, 4] [1] ['A', 'B']")]
    [InlineData(
        "{{ x|default('d') }} {{ ''|default('d') }}|{{ ''|d('e', true) }} {{ none|default('n') }} "
            + "{{ 'ab'|list }} {{ 12|string ~ 'x' }} {{ {'a':1,'b':2}|items|list }} {% for k, v in {'a':1}"
            + ".items() %}{{ k }}={{ v }}{% endfor %} {{ {'a':1}.get('b','z') }} {{ {'a':1}.keys()|list }} "
            + "{{ {'a':1}.values()|list }} {{ ['b','A','c']|sort }} {{ ['b','A','c']|sort(reverse=true) }} "
            + "{{ [3,1,2]|sort|first }} {{ 'abc'|reverse }} {{ [1,2]|reverse|list }} {{ '12'|int + 1 }} "
            + "{{ 'x'|int(7) }} {{ '1.5'|float }} {{ -3|abs }} {{ 'a b'|replace(' ', '_') }} "
            + "{{ 'foo bar-baz'|title }} {{ 'foo bar'|capitalize }}",
        "d |e None ['a', 'b'] 12x [('a', 1), ('b', 2)] a=1 z ['a'] [1] ['A', 'b', 'c'] ['c', 'b', 'A'] 1 cba [2, 1] 13 "
            + "7 1.5 3 a_b Foo Bar-Baz Foo bar")]
    [InlineData(
        "{{ messages|tojson }}\n{{ {'b': [1, 2.0, none, true], 'a': {}}|tojson(indent=2) }}\n"
            + "{{ {'b': 1, 'a': []}|tojson(sort_keys=true) }} {{ \"<é>&'\\\"\\\\\\n\\t\\x01\"|tojson }} "
            + "{{ 'é🎸'|tojson(ensure_ascii=true) }} {{ [1,2]|tojson(separators=(',', ':')) }}",
        "[{\"role\": \"system\", \"content\": \"  be brief \"}, {\"role\": \"user\", \"content\": \"It's <b>🎸</b>\\n\"}, {\"role\": \"assis"
            + "tant\", \"content\": \"\"}]\n{\n  \"b\": [\n    1,\n    2.0,\n    null,\n    true\n  ],\n  \"a\": {}\n}\n{\"a\": [], \"b\": 1} \"<é>&'"
            + "\\\"\\\\\\n\\t\\u0001\" \"\\u00e9\\ud83c\\udfb8\" [1,2]")]
    [InlineData(
        "{{ 'text\\nmore\\n\\nx'|indent }}|{{ 'a\\nb'|indent(2, true) }}|{{ ''|length }}{{ undefinedvar }}"
            + "{{ undefinedvar|length }}{{ undefinedvar|list }}",
        "text\n    more\n\n    x|  a\n  b|00[]")]
    public void Filters_are_those_of_Jinja(string template, string expected) => Assert.Equal(expected, Templates.Render(template));
}
