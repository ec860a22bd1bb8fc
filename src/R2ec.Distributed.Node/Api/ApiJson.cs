using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Node.Api;

/// <summary>How the API writes JSON: snake case, names as plain text, numbers that JSON lacks as text.</summary>
internal static class ApiJson
{
    /// <summary>Writes and reads everything of the API.</summary>
    public static JsonSerializerOptions Form { get; } = Made();

    private static JsonSerializerOptions Made()
    {
        var form = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            MaxDepth = 16,
            Converters =
            {
                new Named<Digest>(d => d.Hex, text => new Digest(text)),
                new Named<RunId>(r => r.Value, text => new RunId(text)),
                new Counted<Epoch>(e => e.Value, n => new Epoch(n)),
                new Counted<SampleId>(s => s.Value, n => new SampleId(n)),
                new JsonStringEnumConverter(),
            },
        };
        form.MakeReadOnly(populateMissingResolver: true);
        return form;
    }

    private sealed class Named<T>(Func<T, string> write, Func<string, T> read) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => read(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
    }

    private sealed class Counted<T>(Func<T, int> write, Func<int, T> read) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => read(reader.GetInt32());

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNumberValue(write(value));
    }
}
