using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Node.Api;

/// <summary>A run's facts as JSON: <c>sequence</c>, <c>event</c> (the fact's name in snake case), then its fields.</summary>
internal static class EventJson
{
    private static readonly FrozenDictionary<string, Type> Kinds =
        typeof(RunEvents).GetNestedTypes().ToFrozenDictionary(type => JsonNamingPolicy.SnakeCaseLower.ConvertName(type.Name), StringComparer.Ordinal);

    /// <summary>A fact with its place in the journal.</summary>
    public static JsonObject Write(long sequence, IRunEvent fact)
    {
        var fields = JsonSerializer.SerializeToNode(fact, fact.GetType(), ApiJson.Form)!.AsObject();
        fields.Insert(0, "sequence", sequence);
        fields.Insert(1, "event", JsonNamingPolicy.SnakeCaseLower.ConvertName(fact.GetType().Name));
        return fields;
    }

    /// <summary>The fact; null where this program does not know its kind.</summary>
    public static (long Sequence, IRunEvent? Fact) Read(JsonElement written)
    {
        var type = Kinds.GetValueOrDefault(written.GetProperty("event").GetString() ?? "");
        return (written.GetProperty("sequence").GetInt64(), type is null ? null : (IRunEvent?)written.Deserialize(type, ApiJson.Form));
    }
}
