using System.Text.Json;
using System.Text.Json.Serialization;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The JSON files of a local cluster: snake case, written by rename.</summary>
internal static class ClusterJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Replaces a file.</summary>
    public static void Write<T>(string path, T value) => WholeFile.Write(path, JsonSerializer.Serialize(value, Options) + "\n");

    /// <summary>The text of a value.</summary>
    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>What a file says; null where it is not there.</summary>
    /// <exception cref="InputException">It is no JSON of that form.</exception>
    public static T? Read<T>(string path)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Options);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException torn)
        {
            throw new InputException($"{path} is damaged at line {torn.LineNumber + 1}. Delete it; what it held is found again from the processes that live.", torn);
        }
    }
}
