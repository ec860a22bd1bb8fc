using System.Net;
using System.Security.Cryptography.X509Certificates;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Security;

/// <summary>Names in certificates.</summary>
internal static class CertificateNames
{
    private const int LongestLabel = 63;
    private const int LongestName = 253;

    /// <summary>Whether a node may be called so; <c>ca</c> is taken by the CA's own files.</summary>
    public static bool IsNode(string name) => name != "ca" && IsLabel(name);

    /// <summary>The extension that says by which names and IPs its owner is dialled.</summary>
    /// <exception cref="InputException">There are none, or one is neither a DNS name nor an IP.</exception>
    public static X509Extension Of(IReadOnlyCollection<string> addresses)
    {
        if (addresses.Count == 0)
        {
            throw new InputException("A node's certificate needs an address: --address HOST, once for each DNS name and IP by which others dial it.");
        }

        var names = new SubjectAlternativeNameBuilder();
        foreach (var address in addresses.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(address, out var ip))
            {
                names.AddIpAddress(ip);
            }
            else if (address.Length <= LongestName && address.Split('.').All(IsLabel))
            {
                names.AddDnsName(address);
            }
            else
            {
                throw new InputException($"'{address}' is neither a DNS name nor an IP. Give it without scheme and port: --address node-1.example.org");
            }
        }

        return names.Build();
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') && label[0] != '-' && label[^1] != '-';
}
