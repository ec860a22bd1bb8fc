using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Node.Client;

/// <summary>Paths of the API, from checked names.</summary>
internal static class ClusterPaths
{
    /// <summary>A run's.</summary>
    /// <exception cref="Core.InputException">The name is none.</exception>
    public static string Run(string name) => $"runs/{RunId.Parse(name)}";

    /// <summary>A node's.</summary>
    public static string Node(string name) => $"nodes/{Uri.EscapeDataString(name)}";
}
