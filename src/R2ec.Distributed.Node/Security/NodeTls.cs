using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace R2ec.Distributed.Node.Security;

/// <summary>A node's identity as TLS wants it: for a client that dials nodes, for a server that only nodes may call, and for one that the public may.</summary>
internal static class NodeTls
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan IdleLifetime = TimeSpan.FromMinutes(1);

    /// <summary>A client that shows the node's certificate, and asks the other for one of the same CA with the name or IP that was dialled.</summary>
    /// <param name="identity">Who dials.</param>
    /// <param name="connectTimeout">How long a connection may take, TLS included.</param>
    public static HttpClient Client(this NodeIdentity identity, TimeSpan connectTimeout) => new(
        new SocketsHttpHandler
        {
            ConnectTimeout = connectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            PooledConnectionIdleTimeout = IdleLifetime,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = Versions,
                ClientCertificateContext = Context(identity),
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    (errors & (SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable)) == 0 && identity.Trusts(certificate as X509Certificate2),
            },
        },
        disposeHandler: true);

    /// <summary>A server that only nodes of the cluster may call.</summary>
    public static void ForNodes(this NodeIdentity identity, HttpsConnectionAdapterOptions options)
    {
        ForPublic(identity, options);
        options.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        options.ClientCertificateValidation = (certificate, _, _) => identity.Trusts(certificate);
    }

    /// <summary>A server that anybody may call; who may do what is then the tokens' matter.</summary>
    public static void ForPublic(this NodeIdentity identity, HttpsConnectionAdapterOptions options)
    {
        options.ServerCertificate = identity.Certificate;
        options.SslProtocols = Versions;
        options.ClientCertificateMode = ClientCertificateMode.NoCertificate;
    }

    // Offline: the chain is known, and nothing is fetched from the addresses that a certificate names.
    private static SslStreamCertificateContext Context(NodeIdentity identity) => SslStreamCertificateContext.Create(identity.Certificate, additionalCertificates: null, offline: true);
}
