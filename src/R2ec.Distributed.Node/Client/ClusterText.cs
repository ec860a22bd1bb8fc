using System.Globalization;
using System.Text.Json;
using R2ec.Distributed.Node.Screens;

namespace R2ec.Distributed.Node.Client;

/// <summary>The API's JSON in lines for people.</summary>
internal static class ClusterText
{
    /// <summary>A run in a line.</summary>
    public static string Row(JsonElement run) =>
        $"{Text(run, "run"),-32} {Text(run, "state"),-12} step {Count(run, "step"),5} of {Count(run, "steps"),-5} {(run.GetProperty("metrics").TryGetProperty("valid/ndcg@10", out var ndcg) ? $"valid NDCG@10 {ndcg.GetDouble().ToString("0.000", CultureInfo.InvariantCulture)}" : "")}";

    /// <summary>A run whole.</summary>
    public static IEnumerable<string> Run(JsonElement run)
    {
        var reason = Text(run, "reason");
        yield return $"run      {Text(run, "run")}";
        yield return $"state    {Text(run, "state")}{(reason.Length > 0 ? $": {reason}" : "")}";
        yield return $"step     {Count(run, "step")} of {Count(run, "steps")}";
        yield return $"weights  {(Text(run, "weights") is { Length: > 0 } weights ? weights : "none yet")}";
        foreach (var metric in run.GetProperty("metrics").EnumerateObject())
        {
            yield return $"  {metric.Name,-44} {metric.Value.GetDouble().ToString("0.######", CultureInfo.InvariantCulture)}";
        }
    }

    /// <summary>The nodes as a table.</summary>
    public static IEnumerable<string> Nodes(JsonElement nodes)
    {
        yield return $"{"NODE",-20} {"ROLES",-20} {"STATE",-9} {"BEAT",8} {"LEASES",6} {"MEMORY",9} {"RESTARTS",8} {"WEIGHTS",-12} REASON";
        foreach (var node in nodes.EnumerateArray())
        {
            var (roles, weights) = (string.Join(',', node.GetProperty("roles").EnumerateArray().Select(r => r.GetString())), Text(node, "weights"));
            yield return $"{Text(node, "name"),-20} {roles,-20} {Text(node, "state"),-9} {Number(node, "beat_age_seconds"),6} s {Count(node, "leases"),6} {node.GetProperty("memory_bytes").GetInt64() >> 20,6} MB {Left(node),8} {weights[..Math.Min(12, weights.Length)],-12} {Text(node, "reason")}".TrimEnd();
        }
    }

    /// <summary>Why a run stands where it stands.</summary>
    /// <param name="why">The report.</param>
    /// <param name="flags">What names the cluster again.</param>
    public static IEnumerable<string> Why(JsonElement why, string flags)
    {
        yield return $"run {Text(why, "run")} is {Text(why, "state")}; due: {Text(why, "doing")}";
        yield return why.GetProperty("last_progress_seconds") is { ValueKind: JsonValueKind.Number } age
            ? $"last progress: {Text(why, "last_progress")}, {Words(age.GetDouble())} ago"
            : "last progress: none";
        foreach (var wait in why.GetProperty("waits").EnumerateArray())
        {
            var until = wait.GetProperty("until_seconds") is { ValueKind: JsonValueKind.Number } most ? $"at most {Words(most.GetDouble())}, then {Text(wait, "owner")} ends it" : Text(wait, "owner");
            yield return $"  {Text(wait, "who")} waits for {Text(wait, "what")}: since {Words(wait.GetProperty("since_seconds").GetDouble())}, {until}";
        }

        yield return $"most likely: {Text(why, "cause")}";
        yield return $"next: ./{Text(why, "next")}{flags}";
    }

    /// <summary>A fault in a line.</summary>
    public static string Fault(JsonElement fault)
    {
        var node = Text(fault, "node") is { Length: > 0 } name ? $"{name} ({Text(fault, "role")})" : Text(fault, "role");
        return $"{fault.GetProperty("at").GetDateTimeOffset().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}  {node}: {Text(fault, "evidence")}; leases returned {Count(fault, "leases_returned")}"
            + $", detected after {Number(fault, "detect_seconds")} s, leased again after {Number(fault, "release_seconds")} s, caught up after {Number(fault, "catch_up_seconds")} s, bits {(fault.GetProperty("bits_verified").GetBoolean() ? "verified" : "not verified yet")}";
    }

    /// <summary>What became of every group.</summary>
    public static IEnumerable<string> Audit(JsonElement audit)
    {
        foreach (var name in (string[])["planned", "trained", "dropped", "cancelled", "open", "lost", "twice"])
        {
            yield return $"{name,-10} {Count(audit, name),8}";
        }

        foreach (var finding in audit.GetProperty("findings").EnumerateArray())
        {
            yield return $"  {finding.GetString()}";
        }

        yield return Clean(audit) ? "clean: every planned group has one end" : "not clean: the journal tells of groups that were lost or counted twice";
    }

    /// <summary>Whether an audit found nothing.</summary>
    public static bool Clean(JsonElement audit) => audit.GetProperty("is_clean").GetBoolean();

    /// <summary>A field as text; empty where it is null.</summary>
    public static string Text(JsonElement value, string name) => value.GetProperty(name).GetString() ?? "";

    /// <summary>A field as a whole number.</summary>
    public static int Count(JsonElement value, string name) => value.GetProperty(name).GetInt32();

    private static string Number(JsonElement value, string name) => value.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble().ToString("0.0", CultureInfo.InvariantCulture) : "-";

    private static string Left(JsonElement node) => node.GetProperty("restarts_left") is { ValueKind: JsonValueKind.Number } left ? left.GetInt32().ToString(CultureInfo.InvariantCulture) : "-";

    private static string Words(double seconds) => ProgressLine.Words(TimeSpan.FromSeconds(seconds));
}
