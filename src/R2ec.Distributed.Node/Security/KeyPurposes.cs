using System.Security.Cryptography;

namespace R2ec.Distributed.Node.Security;

/// <summary>Purposes of a certificate's key. A node's has both: it is dialled, and it dials.</summary>
internal static class KeyPurposes
{
    /// <summary>id-kp-serverAuth.</summary>
    public static Oid Server { get; } = new("1.3.6.1.5.5.7.3.1");

    /// <summary>id-kp-clientAuth.</summary>
    public static Oid Client { get; } = new("1.3.6.1.5.5.7.3.2");
}
