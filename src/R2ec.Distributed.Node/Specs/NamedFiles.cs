using System.Text.Json;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Node.Specs;

/// <summary>Whether the files that a spec names are there and are what they should be, as far as a glance can tell: nothing large is read.</summary>
internal static class NamedFiles
{
    private const long LargestHeaderBytes = 100L << 20;

    /// <summary>A fault for each file that is missing or of another kind.</summary>
    public static IReadOnlyList<SpecFault> Check(SpecReading reading)
    {
        var faults = new List<SpecFault>();
        if (reading.Spec.Data is { Source: "prepared", Path: { Length: > 0 } data })
        {
            DataFolder(reading, data, faults);
        }

        if (reading.Spec.Model is { Source: "checkpoint", Path: { Length: > 0 } model })
        {
            ModelFolder(reading, model, faults);
        }

        return faults;
    }

    private static void DataFolder(SpecReading reading, string folder, List<SpecFault> faults)
    {
        var manifest = Path.Combine(folder, "manifest.json");
        if (!File.Exists(manifest))
        {
            faults.Add(Fault(reading, "data.path", folder, "no manifest.json stands there", "make the folder with `r2ec prepare`"));
        }
        else if (Broken(manifest) is { } why)
        {
            faults.Add(Fault(reading, "data.path", folder, $"its manifest.json is no JSON ({why})", "prepare the data set again"));
        }
    }

    private static void ModelFolder(SpecReading reading, string folder, List<SpecFault> faults)
    {
        var config = Path.Combine(folder, "config.json");
        if (!File.Exists(config))
        {
            faults.Add(Fault(reading, "model.path", folder, "no config.json stands there", "name the folder of a Hugging Face checkpoint"));
            return;
        }

        if (Broken(config) is { } why)
        {
            faults.Add(Fault(reading, "model.path", folder, $"its config.json is no JSON ({why})", "download it again"));
        }

        var weights = Path.Combine(folder, "model.safetensors");
        if (!File.Exists(weights) && !File.Exists(weights + ".index.json"))
        {
            faults.Add(Fault(reading, "model.path", folder, "neither model.safetensors nor model.safetensors.index.json stands there", "download the weights"));
        }
        else if (File.Exists(weights) && BrokenHeader(weights) is { } torn)
        {
            faults.Add(Fault(reading, "model.path", folder, $"its model.safetensors {torn}", "download it again"));
        }

        if (!File.Exists(Path.Combine(folder, "tokenizer.json")))
        {
            faults.Add(Fault(reading, "model.path", folder, "no tokenizer.json stands there", "download it beside the weights"));
        }
    }

    private static string? Broken(string file)
    {
        try
        {
            using var _ = JsonDocument.Parse(File.ReadAllBytes(file));
            return null;
        }
        catch (JsonException torn)
        {
            return $"line {torn.LineNumber + 1}";
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return refused.Message;
        }
    }

    private static string? BrokenHeader(string file)
    {
        using var stream = File.OpenRead(file);
        Span<byte> start = stackalloc byte[8];
        if (stream.ReadAtLeast(start, 8, throwOnEndOfStream: false) < 8)
        {
            return "is shorter than a safetensors header";
        }

        var header = BitConverter.ToUInt64(start);
        return header > LargestHeaderBytes ? $"announces a header of {header} bytes, more than {LargestHeaderBytes}"
            : (long)header + 8 > stream.Length ? "ends within its header" : null;
    }

    private static SpecFault Fault(SpecReading reading, string key, string value, string rule, string remedy) =>
        new(reading.Places.GetValueOrDefault(key, new SpecPlace(reading.Source, 0)), key, value, rule, remedy);
}
