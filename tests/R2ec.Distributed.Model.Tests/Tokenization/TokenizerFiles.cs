using System.Text.Json.Nodes;
using R2ec.Distributed.Model.Tokenization;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Model.Tests.Tokenization;

/// <summary>The tokenizers that the golden values speak of. SmolLM2's stands in the converted checkpoint that R2EC_SMOLLM2 names.</summary>
internal static class TokenizerFiles
{
    private static readonly Dictionary<string, Tokenizer> Loaded = [];

    /// <summary>One by its golden name, loaded once and not to be disposed; the test is skipped where it is not there.</summary>
    public static Tokenizer Load(string name)
    {
        lock (Loaded)
        {
            if (!Loaded.TryGetValue(name, out var tokenizer))
            {
                Loaded[name] = tokenizer = name is "smollm2" or "smollm2-split-digits"
                    ? Tokenizer.FromBytes(SmolLm(name.EndsWith("digits", StringComparison.Ordinal)))
                    : Tokenizer.Load(SharedFolder.Need("tokenizers", name));
            }

            return tokenizer;
        }
    }

    /// <summary>The folder of the converted SmolLM2 checkpoint.</summary>
    public static string SmolLmFolder()
    {
        var folder = Environment.GetEnvironmentVariable("R2EC_SMOLLM2");
        Assert.SkipUnless(folder is not null && File.Exists(Path.Combine(folder, "tokenizer.json")), "R2EC_SMOLLM2 names no converted SmolLM2 checkpoint");
        return folder!;
    }

    /// <summary>The converted checkpoint may be of either kind: they differ in the pre-tokenizer alone.</summary>
    private static byte[] SmolLm(bool splitDigits)
    {
        var root = JsonNode.Parse(File.ReadAllBytes(Path.Combine(SmolLmFolder(), "tokenizer.json")))!;
        var byteLevel = """{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}""";
        var split = $$"""{"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, {{byteLevel}}]}""";
        root["pre_tokenizer"] = JsonNode.Parse(splitDigits ? split : byteLevel);
        return System.Text.Encoding.UTF8.GetBytes(root.ToJsonString());
    }
}
