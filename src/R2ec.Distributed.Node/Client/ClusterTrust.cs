using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Client;

/// <summary>An HTTP connection that trusts one CA and no other, and checks the host's name against its certificate.</summary>
internal static class ClusterTrust
{
    /// <summary>A handler; the caller owns it.</summary>
    /// <param name="ca">PEM file of the CA; null trusts nobody over TLS.</param>
    /// <exception cref="InputException">The file is missing or holds no certificate.</exception>
    public static SocketsHttpHandler Handler(string? ca)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        if (ca is not null)
        {
            policy.CustomTrustStore.AddRange(Read(ca));
        }

        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        };
    }

    private static X509Certificate2Collection Read(string ca)
    {
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPemFile(ca);
            return found.Count > 0 ? found : throw new InputException($"{ca} holds no certificate: name the PEM file of the cluster's CA.");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InputException($"{ca}: the cluster's CA cannot be read: {refused.Message}", refused);
        }
    }
}
