using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Client;

/// <summary>How a client reaches a cluster: address, trust, and where its tokens stand. Tokens themselves are read when they are sent.</summary>
/// <param name="Api">Address of the API.</param>
/// <param name="Ca">PEM file with the CA that the API's certificate must be of; null without TLS, which is for this machine alone.</param>
/// <param name="ReadToken">File with the token for reading.</param>
/// <param name="WriteToken">File with the token for orders.</param>
/// <param name="Flags">What a person types to name this cluster again; empty where the environment names it.</param>
/// <param name="Folder">Folder of a local cluster; null for any other.</param>
internal sealed record ClusterAccess(Uri Api, string? Ca, string ReadToken, string WriteToken, string Flags, string? Folder)
{
    /// <summary>The cluster that a folder's cluster.json describes.</summary>
    /// <exception cref="InputException">There is no such file, or it is none.</exception>
    public static ClusterAccess OfFolder(string folder, bool named)
    {
        var file = Path.Combine(folder, "cluster.json");
        try
        {
            using var written = JsonDocument.Parse(File.ReadAllBytes(file));
            string Text(string name) => written.RootElement.GetProperty(name).GetString() ?? throw new KeyNotFoundException(name);
            return new ClusterAccess(Address(Text("api")), At(folder, Text("ca")), At(folder, Text("read_token_file")), At(folder, Text("write_token_file")), named ? $" --cluster {folder}" : "", folder);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{file} is missing: no cluster was started in {Path.GetFullPath(folder)}. `r2ec cluster up --dir {folder}` starts one.", missing);
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file} cannot be read: {broken.Message} `r2ec cluster up --dir {folder}` writes it anew.", broken);
        }
    }

    /// <summary>The cluster at an address.</summary>
    /// <exception cref="InputException">The address is none, or a token file or the CA is missing.</exception>
    public static ClusterAccess OfAddress(string api, string? token, string? ca, bool named)
    {
        var address = Address(api);
        if (token is null)
        {
            throw new InputException("The API needs a token: name the file that holds it with --token-file or R2EC_TOKEN_FILE.");
        }

        if (ca is null && address.Scheme == Uri.UriSchemeHttps)
        {
            throw new InputException("The API speaks TLS with a certificate of the cluster's own CA: name its file with --ca or R2EC_CA.");
        }

        return new ClusterAccess(address, ca, token, token, named ? $" --api {api} --token-file {token}{(ca is null ? "" : $" --ca {ca}")}" : "", null);
    }

    private static Uri Address(string api) => Uri.TryCreate(api.TrimEnd('/') + "/", UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        ? address
        : throw new InputException($"'{api}' is no address of an API: it has the form https://HOST:PORT. Without TLS only this machine itself is asked.");

    private static string At(string folder, string path) => Path.Combine(Path.GetFullPath(folder), path);
}
