namespace R2ec.Distributed.Model.Tests.ChatTemplates;

/// <summary>What a template may not do, and the line that the message names. Every template here begins on line 1; the fault is on line 3.</summary>
public sealed class TemplateFaultTests
{
    [Theory]
    [InlineData("{{ 'a' | nosuch }}", "the filter 'nosuch' is not supported")]
    [InlineData("{{ 'a' is nosuch }}", "the test 'nosuch' is not supported")]
    [InlineData("{% nosuch %}", "the block 'nosuch' is not supported")]
    [InlineData("{% include 'x' %}", "the block 'include' is not supported")]
    [InlineData("{{ 'a'.zfill(3) }}", "the method 'zfill' of a string is not supported")]
    [InlineData("{{ [].append(1) }}", "the method 'append' of a list is not supported")]
    [InlineData("{{ 'a'.nosuch() }}", "has no attribute 'nosuch', so it cannot be called")]
    [InlineData("{{ nosuch() }}", "'nosuch' is undefined, so it cannot be called")]
    [InlineData("{{ cycler('a') }}", "'cycler' is not supported")]
    [InlineData("{{ ''.__class__ }}", "the attribute '__class__' is not accessible")]
    [InlineData("{{ 'ß'.upper() }}", "'upper' of the character 'ß' (U+00DF) is not supported")]
    [InlineData("{{ '%s' % 1 }}", "'%' does not apply to a string and an integer")]
    [InlineData("{{ f(*messages) }}", "arguments spread with '*' are not supported")]
    [InlineData("{% for m in messages recursive %}{% endfor %}", "a recursive loop is not supported")]
    [InlineData("{{ range(3) }}", "an iterator cannot be written as text")]
    [InlineData("{{ {1: 2} }}", "a dict's key must be a string")]
    public void What_is_not_known_is_refused_by_name_and_line(string template, string message) => Check(template, message);

    [Theory]
    [InlineData("{{ x.y }}", "'x' is undefined")]
    [InlineData("{{ x + 1 }}", "'x' is undefined")]
    [InlineData("{{ 'a' + 1 }}", "'+' does not apply to a string and an integer")]
    [InlineData("{{ 1 / 0 }}", "a division by zero")]
    [InlineData("{{ 1 < 'a' }}", "an integer and a string have no order")]
    [InlineData("{% for i in 5 %}{% endfor %}", "an integer has no items")]
    [InlineData("{{ 'a'.upper(1) }}", "upper() takes at most 0 arguments")]
    [InlineData("{{ messages | join(sep='x') }}", "the filter 'join' has no argument 'sep'")]
    [InlineData("{% set messages.x = 1 %}", "'messages' is not a namespace")]
    [InlineData("{% for a, b in [(1,)] %}{% endfor %}", "1 values for 2 names")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "an integer grows beyond 64 bits")]
    [InlineData("{{ raise_exception('stop here') }}", "stop here")]
    [InlineData("{% macro f() %}{{ raise_exception('inside') }}{% endmacro %}{{ f() }}", "inside")]
    [InlineData("{{ strftime_now('%Y') }}", "no clock was given")]
    public void What_fails_while_rendering_is_named_with_its_line(string template, string message) => Check(template, message);

    [Theory]
    [InlineData("{% if true %}", "a block 'if' without its 'endif'")]
    [InlineData("{% endif %}", "the block 'endif' is not supported here")]
    [InlineData("{{ 1 + }}", "a value was expected")]
    [InlineData("{{ 'a }}", "a string that is never closed")]
    [InlineData("{{ a", "an output '{{' that is never closed")]
    [InlineData("{% if a", "a block '{%' that is never closed")]
    [InlineData("{# a", "a comment '{#' that is never closed")]
    [InlineData("{% raw %}", "a block 'raw' without its 'endraw'")]
    [InlineData("{{ (1] }}", "an unexpected ']'")]
    [InlineData("{{ 1 ? 2 }}", "an unexpected character '?'")]
    [InlineData("{{ 012 }}", "the integer 012 has leading zeros")]
    [InlineData("{{ 12a }}", "a number that goes on with 'a'")]
    [InlineData("{{ '\\ud800' }}", "a damaged escape '\\u'")]
    [InlineData("{{ a b }}", "'}}' was expected, not 'b'")]
    [InlineData("{% break %}", "'break' outside of a loop")]
    [InlineData("{% set loop = 1 %}", "'loop' cannot be assigned to")]
    [InlineData("{{ f(a=1, 2) }}", "an argument without a name after one with a name")]
    public void What_is_no_template_is_refused_when_it_is_read(string template, string message) => Check(template, message);

    [Theory]
    [InlineData("{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}", "more than 100000 times")]
    [InlineData("{% for i in range(100001) %}{% endfor %}", "a list grows beyond 100000 items")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "beyond 10000000 characters")]
    [InlineData("{{ 'x' * 99999999999 }}", "beyond 10000000 characters")]
    [InlineData("{% for i in range(99) %}{{ 'x' * 1000000 }}{% endfor %}", "beyond 10000000 characters")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "nested more than 100 deep")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(50000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}", "nested more than 100 deep")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(50000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x|tojson }}", "nested more than 100 deep")]
    public void What_never_ends_is_ended(string template, string message) => Check(template, message);

    [Theory]
    [InlineData("(", 200, "nested more than 100 deep")]
    [InlineData("not ", 200, "nested more than 100 deep")]
    [InlineData("-", 200, "nested more than 100 deep")]
    [InlineData("1+", 100_000, "steps inside one another")]
    [InlineData("1 if 1 else ", 200, "nested more than 100 deep")]
    public void Deep_expressions_are_refused(string piece, int count, string message) =>
        Check($"{{{{ {string.Concat(Enumerable.Repeat(piece, count))}1{(piece == "(" ? new string(')', count) : "")} }}}}", message);

    [Fact]
    public void Deep_blocks_are_refused() => Check(string.Concat(Enumerable.Repeat("{% if 1 %}", 200)), "nested more than 100 deep");

    [Fact]
    public void A_template_of_more_than_a_million_characters_is_refused() =>
        Assert.Contains("1000000 are allowed", Templates.Fault(new string('x', 1_000_001)), StringComparison.Ordinal);

    private static void Check(string template, string message)
    {
        var fault = Templates.Fault($"line 1\n{{% set a = 1 %}}\n{template}");

        Assert.Contains(message, fault, StringComparison.Ordinal);
        Assert.Contains("line 3: ", fault, StringComparison.Ordinal);
    }
}
