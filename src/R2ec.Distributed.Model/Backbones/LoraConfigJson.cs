using System.Text;
using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>Reads and writes PEFT's <c>adapter_config.json</c>; what would change the adapter's meaning and cannot be computed is refused.</summary>
internal static class LoraConfigJson
{
    public const string FileName = "adapter_config.json";
    public const string WeightsFile = "adapter_model.safetensors";
    private static readonly string[] Refused =
    [
        "use_dora", "fan_in_fan_out", "lora_bias", "modules_to_save", "rank_pattern", "alpha_pattern", "exclude_modules", "layers_pattern", "layer_replication",
        "trainable_token_indices", "target_parameters", "use_qalora", "use_bdlora", "alora_invocation_tokens", "arrow_config", "kasa_config", "monteclora_config",
        "velora_config",
    ];

    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static LoraOptions Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: there is no such file; an adapter in PEFT's layout has one beside {WeightsFile}.");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Parse(new ConfigKeys(path, document.RootElement));
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read as JSON ({fault.Message}).", fault);
        }
    }

    public static string Write(LoraOptions options, string baseModel)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            json.WriteString("peft_type", "LORA");
            json.WriteString("task_type", "CAUSAL_LM");
            json.WriteString("base_model_name_or_path", baseModel);
            json.WriteNumber("r", options.Rank);
            json.WriteNumber("lora_alpha", options.Alpha);
            json.WriteNumber("lora_dropout", options.Dropout);
            json.WriteBoolean("use_rslora", options.RankStabilised);
            json.WriteStartArray("target_modules");
            foreach (var name in options.Projections().Order(StringComparer.Ordinal))
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            WriteLayers(json, options.Layers);
            json.WriteString("bias", "none");
            json.WriteBoolean("fan_in_fan_out", false);
            json.WriteBoolean("use_dora", false);
            json.WriteBoolean("inference_mode", true);
            json.WriteBoolean("init_lora_weights", true);
            json.WriteNull("modules_to_save");
            json.WriteNull("layers_pattern");
            json.WriteStartObject("rank_pattern");
            json.WriteEndObject();
            json.WriteStartObject("alpha_pattern");
            json.WriteEndObject();
            json.WriteNull("revision");
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static LoraOptions Parse(ConfigKeys keys)
    {
        keys.Refuse(keys.Text("peft_type") is { } kind && kind != "LORA", "peft_type", "must be LORA");
        keys.Refuse(keys.Text("bias") is { } bias && bias != "none", "bias", "must be none");
        foreach (var key in Refused)
        {
            keys.Refuse(keys.IsSet(key), key, "is set: adapters with it cannot be computed");
        }

        return new LoraOptions
        {
            Rank = (int)keys.Count("r"),
            Alpha = keys.Number("lora_alpha") ?? throw keys.Fault("lora_alpha", "is missing"),
            Dropout = keys.Number("lora_dropout") ?? 0,
            RankStabilised = keys.Flag("use_rslora") ?? false,
            TargetModules = keys.Texts("target_modules") ?? throw keys.Fault("target_modules", "is missing"),
            Layers = keys.Indices("layers_to_transform"),
        };
    }

    private static void WriteLayers(Utf8JsonWriter json, IReadOnlyList<int>? layers)
    {
        if (layers is null)
        {
            json.WriteNull("layers_to_transform");
            return;
        }

        json.WriteStartArray("layers_to_transform");
        foreach (var layer in layers.Order())
        {
            json.WriteNumberValue(layer);
        }

        json.WriteEndArray();
    }
}
