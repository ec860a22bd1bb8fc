using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Tests.Composition;

public sealed class RunNamesTests
{
    [Theory]
    [InlineData("cluster-config/experiments/quickstart.yaml", "quickstart")]
    [InlineData("My Experiment (2).yaml", "my-experiment--2-")]
    [InlineData("__.yaml", "run")]
    [InlineData("Ärger.yaml", "rger")]
    public void A_run_is_called_as_its_spec(string spec, string name) => Assert.Equal(name, RunNames.Choose(null, spec, _ => false).Value);

    [Fact]
    public void A_taken_name_gets_the_first_free_number() =>
        Assert.Equal("quickstart-3", RunNames.Choose(null, "quickstart.yaml", name => name is "quickstart" or "quickstart-2").Value);

    [Theory]
    [InlineData("../escape")]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("line\n")]
    public void A_name_that_could_leave_the_folder_is_refused(string name) =>
        Assert.Contains("name", Assert.Throws<InputException>(() => RunNames.Choose(name, "s.yaml", _ => false)).Message, StringComparison.Ordinal);
}
