using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>
/// Network namespaces of a local cluster, so that partitions and bad links can be tried out: a bridge with the address PREFIX.1, and for each node a namespace
/// NAME-NODE with one link <c>eth0</c>, whose address is the one in the node's configuration. Needs root and iproute2's <c>ip</c>.
/// </summary>
/// <param name="prefix">First three numbers of every address, such as <c>10.83.201</c>.</param>
internal sealed class NodeNetwork(string prefix)
{
    private const int FirstNode = 10;
    private const int LastNode = 250;

    /// <summary>Name of the bridge, and the beginning of the names of namespaces and links.</summary>
    public string Name { get; } = $"r2ec{string.Concat(prefix.Split('.').Skip(1).Select(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)))}";

    /// <summary>The host's own address in it.</summary>
    public string Host => $"{prefix}.1";

    /// <summary>All of its addresses.</summary>
    public string Range => $"{prefix}.0/24";

    /// <summary>The prefix that a cluster of this folder takes; it follows from the folder, so that two clusters seldom meet.</summary>
    public static string PrefixFor(ClusterFolder folder)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(folder.Path));
        return $"10.{64 + (hash[0] % 128)}.{hash[1]}";
    }

    /// <summary>The network of a layout; null where its nodes are on loopback.</summary>
    public static NodeNetwork? Of(ClusterLayout layout) => layout.Network is { } prefix ? new NodeNetwork(prefix) : null;

    /// <summary>The address of the node that was made as number <paramref name="number"/>, from 0.</summary>
    /// <exception cref="InputException">There are too many.</exception>
    public string Address(int number) => FirstNode + number <= LastNode
        ? $"{prefix}.{FirstNode + number}"
        : throw new InputException($"A local cluster with network namespaces has at most {LastNode - FirstNode + 1} nodes.");

    /// <summary>Namespace of a node.</summary>
    public string Namespace(string node) => $"{Name}-{node}";

    /// <summary>Makes the bridge where it is missing.</summary>
    /// <exception cref="InputException">It cannot be made here: the message says what is missing.</exception>
    public void Ensure()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new InputException("--network-namespaces: only root makes network namespaces. Start as root, or leave the option out: the nodes are then on 127.0.0.1.");
        }

        if (!Directory.Exists($"/sys/class/net/{Name}"))
        {
            Must("link", "add", Name, "type", "bridge");
            Must("addr", "add", $"{Host}/24", "dev", Name);
            Must("link", "set", Name, "up");
        }
    }

    /// <summary>Makes a node's namespace where it is missing.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="address">Its address.</param>
    /// <exception cref="InputException">It cannot be made.</exception>
    public void Ensure(string node, string address)
    {
        Ensure();
        var (own, link) = (Namespace(node), Link(address));
        if (File.Exists($"/run/netns/{own}") && Directory.Exists($"/sys/class/net/{link}"))
        {
            return;
        }

        Forget(own, link);
        Must("netns", "add", own);
        Must("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", own);
        Must("link", "set", link, "master", Name, "up");
        Must("-n", own, "addr", "add", $"{address}/24", "dev", "eth0");
        Must("-n", own, "link", "set", "eth0", "up");
        Must("-n", own, "link", "set", "lo", "up");
    }

    /// <summary>The words before a program that is to run in a node's namespace; they become the program.</summary>
    public IReadOnlyList<string> Prefix(string node) => ["ip", "netns", "exec", Namespace(node)];

    /// <summary>Takes everything away.</summary>
    public void Remove()
    {
        // The links first, and by name: the kernel takes those of a deleted namespace away in its own time.
        foreach (var link in Directory.EnumerateDirectories("/sys/class/net", $"{Name}*"))
        {
            _ = Run("link", "del", Path.GetFileName(link));
        }

        if (Directory.Exists("/run/netns"))
        {
            foreach (var own in Directory.EnumerateFiles("/run/netns", $"{Name}-*"))
            {
                _ = Run("netns", "del", Path.GetFileName(own));
            }
        }
    }

    private static void Forget(string own, string link)
    {
        _ = Run("link", "del", link);
        _ = Run("netns", "del", own);
    }

    private string Link(string address) => $"{Name}{address[(address.LastIndexOf('.') + 1)..]}";

    private static void Must(params string[] words)
    {
        var (code, said) = Run(words);
        if (code != 0)
        {
            throw new InputException($"`ip {string.Join(' ', words)}` ended with {code} ({said}). Network namespaces need root and a kernel with bridges and veth links.");
        }
    }

    private static (int Code, string Said) Run(params string[] words)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ip", words) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, said.Trim());
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InputException("--network-namespaces: there is no `ip`. Install it, on Debian and Ubuntu by 'apt-get install iproute2'.", missing);
        }
    }
}
