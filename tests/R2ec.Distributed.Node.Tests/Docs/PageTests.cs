using System.Text.RegularExpressions;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Docs;

public sealed partial class PageTests
{
    public static TheoryData<string> Pages => [.. Page.All.Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_link_leads_to_a_file_and_a_heading_that_are_there(string name)
    {
        var page = Page.Of(name);
        foreach (var link in page.Links().Where(l => !l.Contains("://", StringComparison.Ordinal)))
        {
            var (file, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, "");
            var path = Path.GetFullPath(Path.Combine(SharedFolder.Repository, Path.GetDirectoryName(name)!, file));
            Assert.True(file.Length == 0 || File.Exists(path) || Directory.Exists(path), $"{name} links to {link}, which is not there");
            var target = file.Length == 0 ? page : Page.All.FirstOrDefault(p => Path.GetFullPath(Path.Combine(SharedFolder.Repository, p.Name)) == path);
            Assert.True(anchor.Length == 0 || target!.Anchors().Contains(anchor), $"{name} links to {link}, and there is no such heading");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_spec_that_is_shown_is_sound(string name) =>
        Assert.All(Page.Of(name).Blocks("yaml"), block => Assert.Empty(SpecFile.Of(name, block, []).Faults));

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_key_of_the_spec_that_is_named_exists(string name) => Assert.All(
        Page.Of(name).Spans().Select(span => Key().Match(span)).Where(m => m.Success && !m.Groups["path"].Value.EndsWith(".json", StringComparison.Ordinal)),
        m => Assert.True(SpecCatalogue.ByPath.ContainsKey(m.Groups["path"].Value), $"{name} names {m.Value}"));

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_place_in_the_code_that_is_named_exists(string name) => Assert.All(
        Page.Of(name).Spans().Select(span => Place().Match(span)).Where(m => m.Success),
        m =>
        {
            var path = Path.Combine(SharedFolder.Repository, "src", $"R2ec.Distributed.{m.Groups["project"].Value}", m.Groups["path"].Value);
            Assert.True(Directory.Exists(path) || File.Exists(path) || File.Exists(path + ".cs"), $"{name} names {m.Value}");
        });

    [Fact]
    public void Every_decision_carries_its_number_and_its_three_parts() => Assert.All(
        Page.All.Where(page => page.Name.StartsWith("docs/decisions/", StringComparison.Ordinal)),
        page =>
        {
            Assert.StartsWith($"# {Path.GetFileName(page.Name)[..4]} ", page.Text, StringComparison.Ordinal);
            Assert.All((string[])["**Context.**", "**Decision.**", "**Consequences.**"], part => Assert.Contains(part, page.Text, StringComparison.Ordinal));
        });

    [GeneratedRegex(@"^(?<path>(data|prompts|model|warm_start|recpo|rewards|rollout|learning|evaluation|checkpoints|numerics)(\.[a-z][a-z_0-9]*)+)(\.\*)?(: .*)?$(?<!safetensors)")]
    private static partial Regex Key();

    [GeneratedRegex(@"^(src/R2ec\.Distributed\.)?(?<project>Core|Data|Model|Orchestration|Node)/(?<path>[A-Z][\w/]*(\.cs)?)(\.[A-Z]\w*)?$")]
    private static partial Regex Place();
}
