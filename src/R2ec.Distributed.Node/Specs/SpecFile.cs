using System.Text;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Node.Specs;

/// <summary>A spec's file with the overrides of the command line.</summary>
internal static class SpecFile
{
    /// <summary>Reads a spec and checks all that can be known from its text.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sets">Overrides in the form KEY=VALUE.</param>
    /// <exception cref="InputException">The file cannot be read, is no YAML, or an override has no '='.</exception>
    public static SpecReading Read(string path, IReadOnlyList<string> sets) => Of(path, Text(path), sets);

    /// <summary>The reading of a text that stands in a file of this name.</summary>
    public static SpecReading Of(string path, string text, IReadOnlyList<string> sets) =>
        SpecReading.Of(path, YamlTree.OfFile(path, text), [.. sets.Select(Override)]);

    /// <summary>The file's text, at most 1 MB of UTF-8.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static string Text(string path) => Text(path, "the spec cannot be read", "Shipped specs stand in cluster-config/experiments.");

    /// <summary>Text of any YAML file, at most 1 MB of UTF-8, with what to say where it cannot be read.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static string Text(string path, string refusal, string hint)
    {
        try
        {
            var file = new FileInfo(path);
            if (file is { Exists: true, Length: > YamlLimits.Bytes })
            {
                throw new InputException($"{path} has {file.Length} bytes, and at most {YamlLimits.Bytes} are read: is it the right file?");
            }

            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException broken)
        {
            throw new InputException($"{path} is no UTF-8 text at byte {broken.Index}: save it as UTF-8.", broken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            var why = refused is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : Directory.Exists(path) ? "it is a folder" : refused.Message;
            throw new InputException($"{path}: {refusal}: {why}. {hint}", refused);
        }
    }

    private static (string Path, SpecNode Value) Override(string set)
    {
        var equals = set.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? (set[..equals].Trim(), YamlTree.OfOverride($"--set {set}", set[(equals + 1)..] is { Length: > 0 } value ? value : "''"))
            : throw new InputException($"--set {set}: an override has the form KEY=VALUE, such as --set recpo.steps=40.");
    }
}
