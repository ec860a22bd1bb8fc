using System.Text.Encodings.Web;
using System.Text.Json;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RewardTerms;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>What a reward service is sent and what it answers: JSON, described in docs/reward-services.md, whose examples a test reads by this.</summary>
internal static class ServiceContracts
{
    private const int Schema = 1;
    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8 };

    /// <summary>A request for some completions.</summary>
    internal static byte[] Write(string term, IReadOnlyList<TermRequest> requests, IRewardTexts? texts)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Form))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", Schema);
            json.WriteString("run", requests[0].Run.Value);
            json.WriteString("term", term);
            json.WriteNumber("attempt", requests[0].Attempt.Value);
            json.WriteStartArray("completions");
            foreach (var request in requests)
            {
                Write(json, request, texts);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>The results of an answer, by the completions' ids.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidDataException">It is not of the form.</exception>
    internal static IReadOnlyDictionary<string, TermResult> Read(byte[] answer)
    {
        using var document = JsonDocument.Parse(answer, Strict);
        if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("results", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException("it is no object with a list 'results'");
        }

        var results = new Dictionary<string, TermResult>(StringComparer.Ordinal);
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("id", out var name) || name.ValueKind != JsonValueKind.String)
            {
                throw new InvalidDataException("a result has no 'id'");
            }

            var id = name.GetString()!;
            if (!results.TryAdd(id, Result(item, id)))
            {
                throw new InvalidDataException($"'{Brief(id)}' stands in it twice");
            }
        }

        return results;
    }

    private static void Write(Utf8JsonWriter json, TermRequest request, IRewardTexts? texts)
    {
        var chain = request.Chain;
        json.WriteStartObject();
        json.WriteString("id", request.Id);
        json.WriteNumber("step", request.Group.Group.Step);
        json.WriteNumber("group", request.Group.Group.Index);
        json.WriteNumber("completion", request.Completion);
        json.WriteNumber("sample", request.Group.Sample.Value);
        if (texts is not null)
        {
            json.WriteString("prompt", texts.Prompt(request.Group.Sample));
        }

        json.WriteString("text", chain.Text);
        json.WriteBoolean("closed", chain.WroteMarker);
        json.WriteNumber("tokens", chain.SampledCount);
        if (texts is not null)
        {
            json.WritePropertyName("target");
            Item(json, texts.Target(request.Group.Sample), texts);
        }

        json.WriteNumber("rank", chain.Rank);
        json.WriteStartArray("top");
        foreach (var item in chain.TopItems)
        {
            Item(json, item, texts);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Item(Utf8JsonWriter json, int item, IRewardTexts? texts)
    {
        json.WriteStartObject();
        json.WriteNumber("item", item);
        if (texts is not null)
        {
            json.WriteString("title", texts.Title(item));
        }

        json.WriteEndObject();
    }

    private static TermResult Result(JsonElement item, string id)
    {
        TermResult?[] said =
        [
            item.TryGetProperty("score", out var score) ? Score(score, id) : null,
            item.TryGetProperty("rejected", out var rejected) ? new TermResult.Rejected(Reason(rejected, id)) : null,
            item.TryGetProperty("failed", out var failed) ? new TermResult.Failed(Reason(failed, id)) : null,
        ];
        return said.OfType<TermResult>().ToArray() is [var only] ? only : throw new InvalidDataException($"'{Brief(id)}' needs exactly one of 'score', 'rejected' and 'failed'");
    }

    private static TermResult.Score Score(JsonElement score, string id) => score.ValueKind == JsonValueKind.Number && score.TryGetDouble(out var value) && double.IsFinite(value)
        ? new TermResult.Score(value)
        : throw new InvalidDataException($"the score of '{Brief(id)}' is not a finite number");

    private static string Reason(JsonElement reason, string id) => reason.ValueKind == JsonValueKind.String ? reason.GetString()! : throw new InvalidDataException($"the reason for '{Brief(id)}' is no text");

    private static string Brief(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
