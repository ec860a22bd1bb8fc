using System.Text;
using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>Reads and writes <c>config.json</c>, in the keys of transformers 4 (rope_theta, rope_scaling, torch_dtype) and 5 (rope_parameters, dtype).</summary>
internal static class BackboneConfigJson
{
    private const long MaxBytes = 4 << 20;
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static BackboneConfig Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: there is no such file; a Hugging Face checkpoint has one beside its weights.");
        }

        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new InputException($"{path}: is larger than {MaxBytes} bytes, the most that is read.");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Parse(new ConfigKeys(path, document.RootElement));
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read as JSON ({fault.Message}).", fault);
        }
    }

    public static string Write(BackboneConfig config, string storedType)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue(config.ModelType == "qwen2" ? "Qwen2ForCausalLM" : "LlamaForCausalLM");
            json.WriteEndArray();
            json.WriteString("model_type", config.ModelType);
            json.WriteNumber("vocab_size", config.VocabularySize);
            json.WriteNumber("hidden_size", config.HiddenSize);
            json.WriteNumber("intermediate_size", config.FeedForwardSize);
            json.WriteNumber("num_hidden_layers", config.LayerCount);
            json.WriteNumber("num_attention_heads", config.HeadCount);
            json.WriteNumber("num_key_value_heads", config.KeyHeadCount);
            json.WriteNumber("head_dim", config.HeadSize);
            json.WriteString("hidden_act", "silu");
            json.WriteNumber("rms_norm_eps", config.NormEpsilon);
            json.WriteNumber("max_position_embeddings", config.MaxPositions);
            json.WriteBoolean("tie_word_embeddings", config.TiedHead);
            WriteFamily(json, config);
            WriteRope(json, config);
            WriteId(json, "bos_token_id", config.BeginningOfSequenceId);
            WriteId(json, "eos_token_id", config.EndOfSequenceId);
            json.WriteString("torch_dtype", storedType);
            json.WriteString("dtype", storedType);
            json.WriteBoolean("use_cache", true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static BackboneConfig Parse(ConfigKeys keys)
    {
        var family = keys.Text("model_type") ?? throw keys.Fault("model_type", "is missing");
        if (!BackboneConfig.Families.Contains(family))
        {
            throw keys.Fault("model_type", $"is '{family}'; {string.Join(" and ", BackboneConfig.Families)} can be computed");
        }

        keys.Refuse(keys.Text("hidden_act") is { } activation && activation != "silu", "hidden_act", "must be silu");
        keys.Refuse(keys.Flag("use_sliding_window") == true, "use_sliding_window", "is true: attention over a sliding window cannot be computed");
        keys.Refuse(keys.Number("partial_rotary_factor") is { } part && part != 1, "partial_rotary_factor", "must be 1");
        keys.Refuse(keys.Has("quantization_config"), "quantization_config", "is set: quantised weights cannot be read");
        long hidden = keys.Count("hidden_size"), heads = keys.Count("num_attention_heads");
        var keyHeads = keys.CountOr("num_key_value_heads", heads);
        keys.Refuse(heads % keyHeads != 0, "num_key_value_heads", $"is {keyHeads}, which does not divide num_attention_heads, {heads}");
        keys.Refuse(!keys.Has("head_dim") && hidden % heads != 0, "hidden_size", $"is {hidden}, which num_attention_heads, {heads}, does not divide");
        var headSize = keys.CountOr("head_dim", hidden / heads);
        keys.Refuse(headSize % 2 != 0, "head_dim", $"is {headSize}; rotary positions need an even number");
        var rope = keys.Section("rope_parameters") ?? keys.Section("rope_scaling");
        var attentionBias = keys.Flag("attention_bias") ?? false;
        var epsilon = keys.Number("rms_norm_eps") ?? 1e-6;
        keys.Refuse(!(epsilon > 0) || !double.IsFinite(epsilon), "rms_norm_eps", "must be above 0");
        return new BackboneConfig
        {
            ModelType = family,
            VocabularySize = keys.Count("vocab_size"),
            HiddenSize = hidden,
            FeedForwardSize = keys.Count("intermediate_size"),
            LayerCount = (int)keys.Count("num_hidden_layers"),
            HeadCount = (int)heads,
            KeyHeadCount = (int)keyHeads,
            HeadSize = headSize,
            NormEpsilon = epsilon,
            RopeBase = keys.Number("rope_theta") ?? rope?.Number("rope_theta") ?? 10_000,
            RopeScaling = rope is null ? null : Scaling(rope),
            MaxPositions = keys.CountOr("max_position_embeddings", family == "qwen2" ? 32_768 : 2_048),
            TiedHead = keys.Flag("tie_word_embeddings") ?? false,
            QueryKeyValueBias = family == "qwen2" || attentionBias,
            OutputBias = family == "llama" && attentionBias,
            FeedForwardBias = keys.Flag("mlp_bias") ?? false,
            BeginningOfSequenceId = keys.Id("bos_token_id"),
            EndOfSequenceId = keys.Id("eos_token_id"),
            StoredType = keys.Text("dtype") ?? keys.Text("torch_dtype"),
        };
    }

    private static RopeScaling? Scaling(ConfigKeys rope)
    {
        var type = rope.Text("rope_type") ?? rope.Text("type") ?? "default";
        if (type == "default")
        {
            return null;
        }

        rope.Refuse(type != "llama3", "rope_type", $"is '{type}'; default and llama3 can be computed");
        var scaling = new RopeScaling(
            Positive(rope, "factor"), Positive(rope, "low_freq_factor"), Positive(rope, "high_freq_factor"), rope.Count("original_max_position_embeddings"));
        rope.Refuse(scaling.HighFrequencyFactor <= scaling.LowFrequencyFactor, "high_freq_factor", "must be above low_freq_factor");
        return scaling;
    }

    private static double Positive(ConfigKeys keys, string key)
    {
        var number = keys.Number(key) ?? throw keys.Fault(key, "is missing");
        keys.Refuse(!(number > 0) || !double.IsFinite(number), key, "must be above 0");
        return number;
    }

    private static void WriteFamily(Utf8JsonWriter json, BackboneConfig config)
    {
        if (config.ModelType == "qwen2")
        {
            json.WriteBoolean("use_sliding_window", false);
            return;
        }

        json.WriteBoolean("attention_bias", config.OutputBias);
        json.WriteBoolean("mlp_bias", config.FeedForwardBias);
    }

    private static void WriteRope(Utf8JsonWriter json, BackboneConfig config)
    {
        json.WriteNumber("rope_theta", config.RopeBase);
        if (config.RopeScaling is not { } scaling)
        {
            json.WriteNull("rope_scaling");
            return;
        }

        json.WriteStartObject("rope_scaling");
        json.WriteString("rope_type", "llama3");
        json.WriteNumber("factor", scaling.Factor);
        json.WriteNumber("low_freq_factor", scaling.LowFrequencyFactor);
        json.WriteNumber("high_freq_factor", scaling.HighFrequencyFactor);
        json.WriteNumber("original_max_position_embeddings", scaling.OriginalPositions);
        json.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter json, string key, long? id)
    {
        if (id is { } value)
        {
            json.WriteNumber(key, value);
        }
    }
}
