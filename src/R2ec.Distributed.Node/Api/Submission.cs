using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Node.Api;

/// <summary>A run that someone sends.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Spec">Its spec as written, YAML.</param>
internal sealed record Submission(RunId Run, string Spec)
{
    private const string Form = "a submission is {\"name\": \"my-run\", \"spec\": \"<the spec's YAML>\"}";

    /// <summary>Reads it from a body.</summary>
    /// <exception cref="InputException">The body is of another form, or the name is none.</exception>
    public static Submission Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var written = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
            if (written.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InputException($"The body is no object: {Form}.");
            }

            if (written.RootElement.EnumerateObject().FirstOrDefault(p => p.Name is not ("name" or "spec")) is { Value.ValueKind: not JsonValueKind.Undefined } stranger)
            {
                throw new InputException($"'{stranger.Name}' is no field: {Form}.");
            }

            return new Submission(RunId.Parse(Text(written.RootElement, "name")), Text(written.RootElement, "spec"));
        }
        catch (JsonException torn)
        {
            throw new InputException($"The body is no JSON (line {torn.LineNumber + 1}): {Form}.", torn);
        }
        catch (InvalidOperationException broken)
        {
            throw new InputException($"The body is no UTF-8 text: {Form}.", broken);
        }
    }

    private static string Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new InputException($"The field '{name}' is missing or no text: {Form}.");
}
