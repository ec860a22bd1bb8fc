using R2ec.Distributed.Node.Specs;

namespace R2ec.Distributed.Node.Tests.Specs;

public sealed class SpecRootsTests : IDisposable
{
    private readonly string _place = Directory.CreateTempSubdirectory("r2ec-roots").FullName;
    private readonly SpecRoots _roots;

    public SpecRootsTests()
    {
        _roots = new SpecRoots(At("data"), At("models"));
        DataSet("data/films");
        DataSet("elsewhere/secret");
    }

    public void Dispose() => Directory.Delete(_place, recursive: true);

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../elsewhere/secret")]
    [InlineData("films/../../elsewhere/secret")]
    [InlineData("./films")]
    [InlineData("films//x")]
    [InlineData("films/")]
    [InlineData("~/films")]
    [InlineData("..")]
    [InlineData("C:\\films")]
    [InlineData("a\\..\\b")]
    public void What_is_no_name_is_refused(string path)
    {
        var fault = Assert.Single(_roots.Check(Reading(path)));

        Assert.Equal("data.path", fault.Key);
        Assert.Contains("name", fault.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_taken_and_has_its_place()
    {
        Assert.Empty(_roots.Check(Reading("films")));
        Assert.Equal(At("data/films"), _roots.Under(Reading("films").Spec).Data.Path);
    }

    [Fact]
    public void A_name_that_nothing_stands_under_is_refused_without_telling_where_it_was_looked_for()
    {
        var fault = Assert.Single(_roots.Check(Reading("games")));

        Assert.Equal("games", fault.Value);
        Assert.DoesNotContain(_place, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_leads_out_is_refused_wherever_it_stands()
    {
        Directory.CreateSymbolicLink(At("data/out"), At("elsewhere/secret"));
        Directory.CreateSymbolicLink(At("data/up"), At("elsewhere"));
        Directory.CreateSymbolicLink(At("data/twice"), At("data/out"));
        Directory.CreateDirectory(At("data/file"));
        File.CreateSymbolicLink(At("data/file/manifest.json"), At("elsewhere/secret/manifest.json"));
        Directory.CreateSymbolicLink(At("data/ring"), At("data/ring"));

        Assert.All((string[])["out", "up/secret", "twice", "file", "ring"], path => Assert.Contains("leads out", Assert.Single(_roots.Check(Reading(path))).Rule, StringComparison.Ordinal));
    }

    [Fact]
    public void A_link_that_stays_within_is_followed()
    {
        Directory.CreateSymbolicLink(At("data/latest"), At("data/films"));

        Assert.Empty(_roots.Check(Reading("latest")));
    }

    [Fact]
    public void Without_a_root_only_embedded_data_can_be_named()
    {
        Assert.Contains("data_root", Assert.Single(new SpecRoots(null, null).Check(Reading("films"))).Rule, StringComparison.Ordinal);
        Assert.Empty(new SpecRoots(null, null).Check(SpecFile.Of("spec", "data: {source: quickstart}\nmodel: {source: scratch, tokenizer: quickstart, chat_template: none}\n", [])));
    }

    [Fact]
    public void A_path_that_is_not_used_is_held_to_the_rule_too() =>
        Assert.Single(_roots.Check(SpecFile.Of("spec", "data: {source: quickstart, path: /etc}\nmodel: {source: scratch, tokenizer: quickstart, chat_template: none}\n", [])));

    private static Core.Spec.SpecReading Reading(string path) =>
        SpecFile.Of("spec", $"data:\n  source: prepared\n  path: '{path}'\nmodel: {{source: scratch, tokenizer: train, chat_template: none}}\n", []);

    private string At(string path) => Path.Combine(_place, path);

    private void DataSet(string path)
    {
        Directory.CreateDirectory(At(path));
        File.WriteAllText(At(path + "/manifest.json"), "{}");
    }
}
