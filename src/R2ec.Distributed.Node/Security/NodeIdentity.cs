using System.Security.Cryptography.X509Certificates;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Security;

/// <summary>Who this node is to the others, and whom it trusts: its certificate with the private key, and the cluster's CA. No other CA counts, whatever the host trusts.</summary>
internal sealed class NodeIdentity : IDisposable
{
    private readonly TimeProvider _clock;

    private NodeIdentity(X509Certificate2 ca, X509Certificate2 certificate, TimeProvider clock) => (Ca, Certificate, _clock) = (ca, certificate, clock);

    /// <summary>The cluster's CA.</summary>
    public X509Certificate2 Ca { get; }

    /// <summary>The node's certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Reads a node's identity.</summary>
    /// <param name="ca">PEM file of the CA.</param>
    /// <param name="certificate">PEM file of the node's certificate.</param>
    /// <param name="key">PEM file of its private key.</param>
    /// <param name="clock">Tells whether a certificate holds; the system's by default.</param>
    /// <exception cref="InputException">A file is missing or wrong, the key belongs to another certificate, or the certificate is not this CA's or does not hold now.</exception>
    public static NodeIdentity Load(string ca, string certificate, string key, TimeProvider? clock = null)
    {
        var time = clock ?? TimeProvider.System;
        var root = PemFiles.Certificate(ca);
        try
        {
            var identity = new NodeIdentity(root, PemFiles.Certificate(certificate, key), time);
            identity.Check(ca, certificate);
            return identity;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>Whether this is a node of the cluster: its certificate is our CA's, for both sides of a connection, and holds now.</summary>
    public bool Trusts(X509Certificate2? peer) => peer is not null && Faults(peer, _clock.GetUtcNow()).Length == 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        Ca.Dispose();
    }

    private void Check(string ca, string certificate)
    {
        var now = _clock.GetUtcNow();
        if (Certificate.NotAfter <= now.LocalDateTime)
        {
            throw new InputException($"{certificate} expired on {Certificate.NotAfter:yyyy-MM-dd}. Issue a new one: r2ec certs node --help");
        }

        if (Certificate.NotBefore > now.LocalDateTime)
        {
            throw new InputException($"{certificate} holds from {Certificate.NotBefore:yyyy-MM-dd} on, which has not come by this host's clock. Set the clock.");
        }

        if (Ca.NotAfter <= now.LocalDateTime)
        {
            throw new InputException($"The CA {ca} expired on {Ca.NotAfter:yyyy-MM-dd}. Make a new one, and certificates for every node: r2ec certs --help");
        }

        if (Faults(Certificate, now) is { Length: > 0 } faults)
        {
            throw new InputException($"{certificate} is no node's certificate of the CA {ca} ({faults}). Take the CA that issued it, or issue a new one: r2ec certs node --help");
        }
    }

    private string Faults(X509Certificate2 peer, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Ca);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(KeyPurposes.Server);
        chain.ChainPolicy.ApplicationPolicy.Add(KeyPurposes.Client);
        var faults = chain.Build(peer) ? "" : string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct());
        foreach (var element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }

        return faults;
    }
}
