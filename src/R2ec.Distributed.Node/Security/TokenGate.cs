using System.Security.Cryptography;
using System.Text;

namespace R2ec.Distributed.Node.Security;

/// <summary>Bearer tokens: compared in constant time, whatever their length and wherever they differ.</summary>
internal sealed class TokenGate
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _read;
    private readonly byte[] _write;

    /// <summary>A gate for two tokens.</summary>
    /// <param name="read">May look; null where there is none.</param>
    /// <param name="write">May look and change; null where there is none.</param>
    public TokenGate(string? read, string? write) => (_read, _write) = (Hash(read), Hash(write));

    /// <summary>What the value of an <c>Authorization</c> header allows.</summary>
    public TokenScope Of(string? authorization)
    {
        var token = authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? authorization[Scheme.Length..].Trim() : "";
        var hash = Hash(token);
        var (read, write) = (CryptographicOperations.FixedTimeEquals(hash, _read), CryptographicOperations.FixedTimeEquals(hash, _write));
        return (write, read) switch
        {
            (true, _) => TokenScope.Write,
            (_, true) => TokenScope.Read,
            _ => TokenScope.None,
        };
    }

    // No token hashes to random bytes: nothing equals it, not even no token.
    private static byte[] Hash(string? token) =>
        string.IsNullOrEmpty(token) ? RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes) : SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
