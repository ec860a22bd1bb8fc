using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Where a checkpoint keeps its chat template and the names of its special tokens.</summary>
internal static class CheckpointFiles
{
    public const string TemplateName = "chat_template.jinja";
    public const string ConfigName = "tokenizer_config.json";
    private const string MapName = "special_tokens_map.json";
    private const string DefaultTemplate = "default";

    /// <summary>The template and where it stands; null where there is none.</summary>
    public static (string Text, string Where)? Template(string dir)
    {
        var path = Path.Combine(dir, TemplateName);
        if (File.Exists(path))
        {
            return (Text(path), path);
        }

        var where = $"{Path.Combine(dir, ConfigName)}, chat_template";
        using var config = Read(Path.Combine(dir, ConfigName));
        if (config is null || !config.RootElement.TryGetProperty("chat_template", out var template) || template.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return template.ValueKind switch
        {
            JsonValueKind.String => (template.GetString()!, where),
            JsonValueKind.Array => (Named(template, where), where),
            _ => throw new InputException($"{where} must be a text, or a list of entries with name and template"),
        };
    }

    /// <summary>Special tokens by name; the configuration's entries go before those of the map.</summary>
    public static IReadOnlyDictionary<string, string> SpecialTokens(string dir)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in (string[])[MapName, ConfigName])
        {
            using var document = Read(Path.Combine(dir, name));
            foreach (var property in document?.RootElement.EnumerateObject().Where(property => property.Name.EndsWith("_token", StringComparison.Ordinal)) ?? [])
            {
                if (Content(property.Value) is { } token)
                {
                    tokens[property.Name] = token;
                }
            }
        }

        return tokens;
    }

    private static string? Content(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Object when value.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String => content.GetString(),
        _ => null,
    };

    private static string Named(JsonElement templates, string where)
    {
        foreach (var entry in templates.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object))
        {
            if (entry.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() == DefaultTemplate
                && entry.TryGetProperty("template", out var template) && template.ValueKind == JsonValueKind.String)
            {
                return template.GetString()!;
            }
        }

        throw new InputException($"{where} is a list without an entry named \"{DefaultTemplate}\"");
    }

    private static JsonDocument? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(Text(path));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new InputException($"{path} must hold a JSON object");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path} is not JSON: {fault.Message}", fault);
        }
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {fault.Message}", fault);
        }
    }
}
