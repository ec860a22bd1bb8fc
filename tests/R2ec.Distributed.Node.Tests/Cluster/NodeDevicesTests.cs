using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Cluster;

namespace R2ec.Distributed.Node.Tests.Cluster;

public sealed class NodeDevicesTests
{
    [Theory]
    [InlineData("auto", "cpu", "cpu")]
    [InlineData("auto", "cuda:1", "cuda:1")]
    [InlineData("cuda:0 cuda:1 cuda:3", "cuda", "cuda:0 cuda:1 cuda:3")]
    [InlineData("cpu cuda:0", "cpu", "cpu")]
    [InlineData("auto cuda:0", "cuda:0", "cuda:0")]
    public void A_run_is_computed_on_the_offered_devices_of_its_kind(string offered, string run, string expected) =>
        Assert.Equal(expected.Split(' '), NodeDevices.For(offered.Split(' '), run, "cuda:0"));

    [Fact]
    public void A_node_without_the_runs_kind_says_so()
    {
        Assert.Contains("the run computes on cuda, and the node offers cpu", Assert.Throws<InputException>(() => NodeDevices.For(["cpu"], "cuda", "cuda:0")).Message, StringComparison.Ordinal);
        Assert.Contains("no GPU", Assert.Throws<InputException>(() => NodeDevices.For(["auto"], "cuda", "cpu")).Message, StringComparison.Ordinal);
    }
}
