using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Security;

/// <summary>Files that only their owner may read: keys and tokens. They appear whole or not at all.</summary>
internal static class SecretFile
{
    private const int LimitBytes = 4096;
    private const int TokenBytes = 32;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Writes a file of mode 0600; one that stands there is replaced.</summary>
    public static void Write(string path, string content) => Write(path, content, secret: true);

    /// <summary>Writes a file that everybody may read, by the same steps.</summary>
    public static void WritePublic(string path, string content) => Write(path, content, secret: false);

    /// <summary>The file's text without the white space around it.</summary>
    /// <exception cref="InputException">It is missing, empty, over 4 KB, or somebody else than its owner may read it.</exception>
    public static string Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new InputException($"{path} is missing: the configuration names it as a secret. Write it there with mode 0600, or mend the name.");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new InputException($"{path} is a secret, and others than its owner may read or write it. Take that from them: chmod 600 {path}");
        }

        if (file.Length > LimitBytes)
        {
            throw new InputException($"{path} has {file.Length} bytes; a secret has {LimitBytes} at most. Look whether it is the right file.");
        }

        var text = Text(path);
        return text.Length > 0 ? text : throw new InputException($"{path} is empty. Write the secret into it.");
    }

    /// <summary>A new token: 32 random bytes as base64url.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new InputException($"{path} cannot be read: it belongs to another user. Give it to the one who runs the node.", fault);
        }
    }

    private static void Write(string path, string content, bool secret)
    {
        var place = Path.GetFullPath(path);
        var half = Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}.{Environment.ProcessId}.new");
        File.Delete(half);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (secret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        using (var file = new FileStream(half, options))
        {
            file.Write(Encoding.UTF8.GetBytes(content));
            file.Flush(flushToDisk: true);
        }

        File.Move(half, place, overwrite: true);
    }
}
