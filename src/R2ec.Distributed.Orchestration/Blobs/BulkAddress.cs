namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>Where something stands on another node's bulk channel.</summary>
internal static class BulkAddress
{
    /// <summary>The address of a route at a holder.</summary>
    /// <param name="holder">host:port, as it came over the wire.</param>
    /// <param name="route">Path without its leading slash.</param>
    /// <exception cref="BlobLostException">The holder is no host:port.</exception>
    public static Uri Of(string holder, string route) =>
        Uri.TryCreate($"https://{holder}/", UriKind.Absolute, out var root) && root is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" } && root.Host.Length > 0
            ? new Uri(root, route)
            : throw new BlobLostException($"'{holder}' is no host:port of a bulk channel.");
}
