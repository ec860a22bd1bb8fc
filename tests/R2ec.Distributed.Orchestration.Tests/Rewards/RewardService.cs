using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace R2ec.Distributed.Orchestration.Tests.Rewards;

/// <summary>A real HTTP service on loopback that does what the test tells it to do with each request, counted from 1.</summary>
internal sealed class RewardService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RewardService(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single() + "/score";

    public ConcurrentQueue<JsonElement> Asked { get; } = [];

    public ConcurrentQueue<string?> Authorizations { get; } = [];

    public static async Task<RewardService> StartAsync(Func<HttpContext, JsonElement, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var service = new RewardService(builder.Build());
        service._app.Urls.Add("http://127.0.0.1:0");
        var count = 0;
        service._app.Run(async context =>
        {
            using var request = await JsonDocument.ParseAsync(context.Request.Body);
            service.Asked.Enqueue(request.RootElement.Clone());
            service.Authorizations.Enqueue(context.Request.Headers.Authorization);
            await answer(context, request.RootElement, Interlocked.Increment(ref count));
        });
        await service._app.StartAsync();
        return service;
    }

    /// <summary>A service that always has an answer.</summary>
    public static Task<RewardService> OfAsync(Func<JsonElement, string> result) => StartAsync((context, request, _) => AnswerAsync(context, request, result));

    /// <summary>Answers with what each completion comes to, as the members of its result.</summary>
    public static Task AnswerAsync(HttpContext context, JsonElement request, Func<JsonElement, string> result) => context.Response.WriteAsync(
        $"{{\"results\": [{string.Join(", ", Completions(request).Select(completion => $"{{\"id\": \"{Id(completion)}\", {result(completion)}}}"))}]}}");

    public static string Id(JsonElement completion) => completion.GetProperty("id").GetString()!;

    public static IEnumerable<JsonElement> Completions(JsonElement request) => request.GetProperty("completions").EnumerateArray();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
