using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Security;

/// <summary>Certificates and keys from PEM files, with a message that a person can act on.</summary>
internal static class PemFiles
{
    private const long LimitBytes = 64 * 1024;

    /// <summary>A certificate without a key.</summary>
    public static X509Certificate2 Certificate(string path)
    {
        try
        {
            return X509Certificate2.CreateFromPem(Read(path));
        }
        catch (CryptographicException fault)
        {
            throw new InputException($"{path} is no certificate in PEM form ({fault.Message}). `r2ec certs` makes such files.", fault);
        }
    }

    /// <summary>A certificate with its private key.</summary>
    public static X509Certificate2 Certificate(string path, string keyPath)
    {
        using var bare = Certificate(path);
        var (text, key) = (Read(path), Read(keyPath));
        try
        {
            var whole = X509Certificate2.CreateFromPem(text, key);
            return OperatingSystem.IsWindows() ? Reimported(whole) : whole;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new InputException($"{keyPath} is not the private key of {path} ({fault.Message}). Take the pair that was made together, or issue a new one: r2ec certs node --help", fault);
        }
    }

    // A key that lives only in memory is of no use to TLS on Windows.
    private static X509Certificate2 Reimported(X509Certificate2 certificate)
    {
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        }
    }

    private static string Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new InputException($"{path} is missing: the configuration names it. `r2ec certs ca` and `r2ec certs node` make a CA and certificates.");
        }

        if (file.Length > LimitBytes)
        {
            throw new InputException($"{path} has {file.Length} bytes; a PEM file has {LimitBytes} at most. Look whether it is the right file.");
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new InputException($"{path} cannot be read: it belongs to another user. Give it to the one who runs the node.", fault);
        }
    }
}
