using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>On which of a node's devices a run is computed.</summary>
internal static class NodeDevices
{
    /// <summary>Whatever device the run names.</summary>
    public const string Auto = "auto";

    /// <summary>The devices that a configuration may name.</summary>
    public static readonly string[] Choices = [Auto, "cpu", "cuda", .. Enumerable.Range(0, 8).Select(index => $"cuda:{index}")];

    /// <summary>The devices for a run, one worker for each.</summary>
    /// <param name="offered">What the node's configuration names.</param>
    /// <param name="run">The run's device, without "auto": cpu, cuda or cuda:N.</param>
    /// <param name="here">What "auto" is on this machine: cpu where it has no GPU.</param>
    /// <exception cref="InputException">The node has none of the run's kind.</exception>
    public static IReadOnlyList<string> For(IReadOnlyList<string> offered, string run, string here)
    {
        var devices = offered.Select(device => device == Auto ? run : device).Where(device => Kind(device) == Kind(run)).Distinct().ToList();
        return devices.Count == 0
            ? throw new InputException($"the run computes on {Kind(run)}, and the node offers {string.Join(", ", offered)}. Change `devices` in its configuration, or take a node that has {Kind(run)}.")
            : Kind(run) == "cuda" && Kind(here) != "cuda"
                ? throw new InputException("the run computes on cuda, and libtorch sees no GPU on this machine.")
                : devices;
    }

    private static string Kind(string device) => device.Split(':')[0];
}
