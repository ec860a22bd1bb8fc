using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Api;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Tests.Api;

public sealed class OpenApiTests
{
    private static readonly JsonElement Written = JsonSerializer.Deserialize<JsonElement>(OpenApi.Text());

    [Fact]
    public async Task Every_route_is_described_and_every_description_has_a_route()
    {
        await using var host = await ApiHost.CoordinatorAsync(new FakeControl());
        var mapped = host.Routes.SelectMany(r => r.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} /{r.RoutePattern.RawText!.TrimStart('/')}"));
        var described = Written.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => $"{m.Name.ToUpperInvariant()} {p.Name}"));

        Assert.Equal(described.Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Answers_have_the_fields_that_are_described()
    {
        var control = new FakeControl();
        control.Journals[Journals.Run] = Journals.UnderWay();
        control.Nodes.Add(FakeControl.Node("rollout-1"));
        await using var host = await ApiHost.CoordinatorAsync(control);

        foreach (var (schema, path, list) in new[]
        {
            ("Run", "runs", true), ("Run", "runs/games", false), ("Fault", "runs/games/faults", true), ("Audit", "runs/games/audit", false), ("Why", "runs/games/why", false), ("Node", "nodes", true), ("Checkpoint", "runs/games/checkpoints", true),
        })
        {
            var answer = await host.GetAsync(path);
            Assert.Equal(Fields(schema), (list ? answer[0] : answer).EnumerateObject().Select(p => p.Name));
        }

        Assert.Equal(Written.GetRawText(), (await host.GetAsync("openapi.json")).GetRawText());
    }

    [Fact]
    public void The_described_states_are_those_that_there_are()
    {
        Assert.Equal(Enum.GetNames<RunPhase>().Order(), States("Run").Order());
        Assert.Equal(Enum.GetNames<NodeState>().Order(), States("Node").Order());
    }

    [Fact]
    public void Every_reference_leads_to_a_part_that_is_there()
    {
        foreach (var reference in References(Written))
        {
            var at = Written;
            Assert.All(reference.Split('/')[1..], part => Assert.True(at.TryGetProperty(part, out at), reference));
        }
    }

    private static IEnumerable<string> References(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(p => p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static IEnumerable<string> Fields(string schema) => Schema(schema).GetProperty("properties").EnumerateObject().Select(p => p.Name);

    private static IEnumerable<string> States(string schema) => Schema(schema).GetProperty("properties").GetProperty("state").GetProperty("enum").EnumerateArray().Select(s => s.GetString()!);

    private static JsonElement Schema(string name) => Written.GetProperty("components").GetProperty("schemas").GetProperty(name);
}
