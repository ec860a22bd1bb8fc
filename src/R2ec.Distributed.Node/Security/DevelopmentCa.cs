using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Security;

/// <summary>A CA in a folder, for clusters without one of their own: <c>ca.pem</c> and <c>ca.key</c>. Who holds the key can join the cluster.</summary>
/// <param name="folder">Where it stands.</param>
/// <param name="clock">Begins and ends what it issues.</param>
internal sealed class DevelopmentCa(string folder, TimeProvider clock)
{
    private const int CaYears = 10;
    private const int NodeYears = 2;
    private const int SerialBytes = 16;

    // Hosts' clocks differ; a certificate of this minute has to hold on the slowest.
    private static readonly TimeSpan Leeway = TimeSpan.FromDays(1);

    /// <summary>The CA's certificate.</summary>
    public string CertificatePath => Path.Combine(folder, "ca.pem");

    private string KeyPath => Path.Combine(folder, "ca.key");

    /// <summary>Makes the CA.</summary>
    /// <param name="force">Replaces one that is there: every certificate that it issued is worth nothing then.</param>
    /// <exception cref="InputException">One is there already.</exception>
    public void Create(bool force)
    {
        Refuse(force, CertificatePath, KeyPath);
        Directory.CreateDirectory(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=R2ec.Distributed CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = clock.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - Leeway, now.AddYears(CaYears));
        Save(KeyPath, key, CertificatePath, certificate);
    }

    /// <summary>Issues a node's certificate: <c>NAME.pem</c>, <c>NAME.key</c> and, beside them, <c>ca.pem</c>.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="addresses">Every DNS name and IP by which others dial it.</param>
    /// <param name="target">Folder of the files.</param>
    /// <param name="force">Replaces what is there.</param>
    /// <exception cref="InputException">A name or an address is none, the CA is missing or has expired, or a file is there already.</exception>
    public void Issue(string name, IReadOnlyCollection<string> addresses, string target, bool force)
    {
        if (!CertificateNames.IsNode(name))
        {
            throw new InputException($"'{name}' is no name of a node: it has letters, digits and '-', 63 at most, and is not 'ca'.");
        }

        var (certificatePath, keyPath, caPath) = (Path.Combine(target, name + ".pem"), Path.Combine(target, name + ".key"), Path.Combine(target, "ca.pem"));
        Refuse(force, certificatePath, keyPath);
        using var ca = Load();
        if (!force && File.Exists(caPath) && File.ReadAllText(caPath) != File.ReadAllText(CertificatePath))
        {
            throw new InputException($"{caPath} is another CA than {CertificatePath}. Name another folder with --out, or replace it with --force.");
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(ca, Request(name, addresses, key, ca));
        Directory.CreateDirectory(target);
        SecretFile.WritePublic(caPath, File.ReadAllText(CertificatePath));
        Save(keyPath, key, certificatePath, certificate);
    }

    private static CertificateRequest Request(string name, IReadOnlyCollection<string> addresses, ECDsa key, X509Certificate2 ca)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([KeyPurposes.Server, KeyPurposes.Client], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(ca, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(CertificateNames.Of(addresses));
        return request;
    }

    private static void Refuse(bool force, params string[] paths)
    {
        if (!force && paths.FirstOrDefault(File.Exists) is { } there)
        {
            throw new InputException($"{there} is there already. Name another folder with --out, or replace it with --force.");
        }
    }

    // The key first: a certificate without its key would look like one that can be used.
    private static void Save(string keyPath, ECDsa key, string certificatePath, X509Certificate2 certificate)
    {
        SecretFile.Write(keyPath, key.ExportPkcs8PrivateKeyPem() + "\n");
        SecretFile.WritePublic(certificatePath, certificate.ExportCertificatePem() + "\n");
    }

    private X509Certificate2 Issue(X509Certificate2 ca, CertificateRequest request)
    {
        var now = clock.GetUtcNow();
        var (begin, end) = (Later(now - Leeway, ca.NotBefore), Earlier(now.AddYears(NodeYears), ca.NotAfter));
        return end > now
            ? request.Create(ca, begin, end, RandomNumberGenerator.GetBytes(SerialBytes))
            : throw new InputException($"The CA {CertificatePath} expired on {ca.NotAfter:yyyy-MM-dd}. Make a new one with `r2ec certs ca`, and certificates for every node.");
    }

    private X509Certificate2 Load()
    {
        foreach (var path in new[] { CertificatePath, KeyPath }.Where(path => !File.Exists(path)))
        {
            throw new InputException($"{path} is missing: {folder} holds no CA. Make one: r2ec certs ca --out {folder}");
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(CertificatePath, KeyPath);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new InputException($"{CertificatePath} and {KeyPath} are no CA's certificate and key: {fault.Message}", fault);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
