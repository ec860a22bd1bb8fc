using System.Diagnostics;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Cluster;
using Xunit;

namespace R2ec.Distributed.Node.Tests.Cluster;

public class NodeNetworkTests
{
    [Fact]
    public void Addresses_and_names_follow_from_the_prefix_and_fit_the_kernels_fifteen_letters()
    {
        var network = new NodeNetwork("10.83.201");

        Assert.Equal("r2ec53c9", network.Name);
        Assert.Equal(("10.83.201.1", "10.83.201.0/24", "10.83.201.10", "r2ec53c9-learner-0"), (network.Host, network.Range, network.Address(0), network.Namespace("learner-0")));
        Assert.Equal("10.83.201.250", network.Address(240));
        Assert.Throws<InputException>(() => network.Address(241));
        Assert.True($"{network.Name}250".Length <= 15);
    }

    [Fact]
    public void A_folder_has_one_prefix_in_the_private_range()
    {
        var prefix = NodeNetwork.PrefixFor(ClusterFolder.At("/tmp/some/cluster"));

        Assert.Equal(prefix, NodeNetwork.PrefixFor(ClusterFolder.At("/tmp/some/cluster")));
        Assert.Matches(@"^10\.(6[4-9]|[7-9]\d|1[0-8]\d|19[01])\.\d{1,3}$", prefix);
        Assert.Null(NodeNetwork.Of(new ClusterLayout(1, "url", true)));
    }

    [Fact]
    public void Only_root_makes_namespaces()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "This process is root.");

        Assert.Contains("only root", Assert.Throws<InputException>(() => new NodeNetwork("10.99.250").Ensure()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_in_a_nodes_namespace_has_that_nodes_address_and_no_other()
    {
        Assert.SkipUnless(CanMakeNamespaces(), "Network namespaces need root, iproute2 and a kernel that has them.");
        var network = new NodeNetwork("10.99.251");
        try
        {
            network.Ensure("rollout-0", network.Address(0));
            network.Ensure("rollout-0", network.Address(0));
            network.Ensure("rollout-1", network.Address(1));

            var inside = Output([.. network.Prefix("rollout-1"), "ip", "-o", "-4", "addr"]);
            Assert.Contains("10.99.251.11/24", inside, StringComparison.Ordinal);
            Assert.DoesNotContain("10.99.251.10", inside, StringComparison.Ordinal);
            Assert.Contains("10.99.251.1/24", Output(["ip", "-o", "-4", "addr"]), StringComparison.Ordinal);
        }
        finally
        {
            network.Remove();
        }

        Assert.DoesNotContain(network.Name, Output(["ip", "netns", "list"]) + Output(["ip", "link"]), StringComparison.Ordinal);
    }

    private static bool CanMakeNamespaces()
    {
        if (!Environment.IsPrivilegedProcess || !(File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip") || File.Exists("/usr/bin/ip")))
        {
            return false;
        }

        var probe = new NodeNetwork("10.99.252");
        try
        {
            probe.Ensure("probe", probe.Address(0));
            return true;
        }
        catch (InputException)
        {
            return false;
        }
        finally
        {
            probe.Remove();
        }
    }

    private static string Output(string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said;
    }
}
