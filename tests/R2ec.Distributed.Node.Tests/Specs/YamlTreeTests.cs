using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Specs;

namespace R2ec.Distributed.Node.Tests.Specs;

public sealed class YamlTreeTests
{
    private static readonly string Bomb = "a0: &a0 [x, x]\n" + string.Concat(Enumerable.Range(1, 19).Select(i => $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n"));

    [Fact]
    public void Every_value_knows_its_line()
    {
        var tree = Assert.IsType<SpecNode.Map>(YamlTree.OfFile("s.yaml", "a: 1\n\nb:\n  c: 2\n"));

        Assert.Equal(["s.yaml:1", "s.yaml:3"], tree.Entries.Select(e => e.Place.ToString()));
        Assert.Equal("s.yaml:4", Assert.IsType<SpecNode.Map>(tree.Entries[1].Value).Entries[0].Place.ToString());
    }

    [Theory]
    [InlineData("a: [1, 2", "s.yaml:")]
    [InlineData("a: 1\n  : : {[", "s.yaml:")]
    [InlineData("a: 1\n---\nb: 2", "second document")]
    [InlineData("a: *nothing", "&nothing")]
    [InlineData("[1, 2]: 3", "s.yaml:1")]
    [InlineData("a: \"unclosed", "s.yaml:")]
    public void What_is_no_spec_is_refused_with_its_place(string text, string said)
    {
        var refusal = Assert.Throws<InputException>(() => YamlTree.OfFile("s.yaml", text));

        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_that_explode_are_refused_with_the_limit() =>
        Assert.Contains("10000", Assert.Throws<InputException>(() => YamlTree.OfFile("s.yaml", Bomb)).Message, StringComparison.Ordinal);

    [Fact]
    public void Many_aliases_are_refused_with_the_limit()
    {
        var text = "a: &a 1\n" + string.Concat(Enumerable.Range(0, 51).Select(i => $"b{i}: *a\n"));

        Assert.Contains("50 aliases", Assert.Throws<InputException>(() => YamlTree.OfFile("s.yaml", text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_aliases_of_a_large_value_are_refused_with_the_limit()
    {
        var text = $"a: &a [{string.Join(", ", Enumerable.Repeat("x", 900))}]\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"b{i}: *a\n"));

        Assert.Contains("10000", Assert.Throws<InputException>(() => YamlTree.OfFile("s.yaml", text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_with_the_limit() =>
        Assert.Contains("20", Assert.Throws<InputException>(() => YamlTree.OfFile("s.yaml", "a: " + new string('[', 200) + new string(']', 200))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_empty_file_is_an_empty_spec() => Assert.Empty(Assert.IsType<SpecNode.Map>(YamlTree.OfFile("s.yaml", "# nothing\n")).Entries);
}
