using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace R2ec.Distributed.Node.Tests.Api;

public sealed class GatewayTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly FakeControl _first = new(), _second = new();
    private ApiHost _coordinator = null!, _other = null!, _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _first.Journals[Journals.Run] = Journals.UnderWay();
        _second.Journals[Journals.Run] = Journals.UnderWay()[..^1];
        _second.IsActive = false;
        (_coordinator, _other) = (await ApiHost.CoordinatorAsync(_first), await ApiHost.CoordinatorAsync(_second));
        _gateway = await ApiHost.GatewayAsync(Patience, _coordinator.Address, _other.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _coordinator.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    public async Task Without_a_valid_token_nothing_is_told(string? token)
    {
        var (status, body, headers) = await _gateway.AskAsync(HttpMethod.Get, "runs", null, token);

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("Bearer", headers.WwwAuthenticate.Single().Scheme);
        Assert.DoesNotContain("games", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_token_reads_and_orders_nothing()
    {
        Assert.Equal(HttpStatusCode.OK, (await _gateway.AskAsync(HttpMethod.Get, "runs", null, ApiHost.Read)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _gateway.AskAsync(HttpMethod.Post, "runs/games/stop", "{}", ApiHost.Read)).Status);
        Assert.Empty(_first.Orders);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.AskAsync(HttpMethod.Post, "runs/games/stop", null, ApiHost.Write)).Status);
        Assert.Equal(["stop games"], _first.Orders);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused() =>
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _gateway.AskAsync(HttpMethod.Post, "runs", new string('x', 3 << 20), ApiHost.Write)).Status);

    [Fact]
    public async Task Path_query_body_status_and_headers_pass_and_the_token_does_not()
    {
        var seen = new List<string>();
        await using var echo = await ApiHost.StartAsync(app => app.Map("/{**rest}", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {await reader.ReadToEndAsync()} {context.Request.Headers.ContainsKey("Authorization")}");
            context.Response.StatusCode = 418;
            context.Response.Headers["R2ec-Step"] = "7";
            context.Response.Headers.Connection = "close";
            await context.Response.WriteAsync("tea");
        }));
        await using var gateway = await ApiHost.GatewayAsync(Patience, echo.Address);

        var (status, body, headers) = await gateway.AskAsync(HttpMethod.Post, "runs/a%20b?x=1&y=%2F", "{}", ApiHost.Write);

        Assert.Equal((418, "tea", "7"), ((int)status, body, headers.GetValues("R2ec-Step").Single()));
        Assert.Equal(["POST /api/v1/runs/a%20b?x=1&y=%2F {} False"], seen);
    }

    [Fact]
    public async Task A_failover_is_followed_in_both_directions()
    {
        Assert.Equal("1", await StepAsync());
        (_first.IsActive, _second.IsActive) = (false, true);
        _second.Journals[Journals.Run] = [.. Journals.UnderWay()[..^2]];
        Assert.Equal("0", await StepAsync());
        (_first.IsActive, _second.IsActive) = (true, false);
        Assert.Equal("1", await StepAsync());
    }

    [Fact]
    public async Task A_dead_coordinator_is_passed_over()
    {
        _second.IsActive = true;
        await _coordinator.DisposeAsync();

        Assert.Equal("1", await StepAsync());
    }

    [Fact]
    public async Task A_request_waits_while_no_coordinator_is_active()
    {
        _first.IsActive = false;
        var waiting = StepAsync();
        Assert.False(waiting.IsCompleted);
        _first.IsActive = true;

        Assert.Equal("1", await waiting);
    }

    [Fact]
    public async Task Where_none_becomes_active_in_time_that_is_said()
    {
        await using var hasty = await ApiHost.GatewayAsync(TimeSpan.Zero, _other.Address);

        var (status, body, _) = await hasty.AskAsync(HttpMethod.Get, "runs", null, ApiHost.Read);

        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Contains("No coordinator is active", JsonSerializer.Deserialize<JsonElement>(body).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    private async Task<string> StepAsync()
    {
        var (status, body, _) = await _gateway.AskAsync(HttpMethod.Get, "runs/games", null, ApiHost.Read);
        Assert.True(status == HttpStatusCode.OK, body);
        return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("step").GetRawText();
    }
}
