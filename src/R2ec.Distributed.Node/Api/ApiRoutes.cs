using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Api;

/// <summary>The HTTP API as a coordinator serves it on its bulk channel, where every caller has shown a certificate of the cluster.</summary>
internal static class ApiRoutes
{
    /// <summary>Where all routes stand.</summary>
    public const string Prefix = "/api/v1";

    /// <summary>Adds the routes.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="control">The coordinator of this node.</param>
    /// <param name="options">What else they need.</param>
    public static void Map(IEndpointRouteBuilder routes, ICoordinatorControl control, ApiOptions options)
    {
        var log = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("R2ec.Api");
        var group = routes.MapGroup(Prefix).AddEndpointFilter(new ActiveOnly(control, log));
        new RunRoutes(control, options).Map(group);
        group.MapGet("/nodes", async (CancellationToken stop) => ApiAnswers.Json((await control.NodesAsync(stop)).Select(NodeJson.Of)));
        group.MapPost("/nodes/{node}/drain", async (string node, CancellationToken stop) => ApiAnswers.Order(await control.DrainAsync(node, stop)));
        group.MapPost("/nodes/{node}/evict", async (string node, CancellationToken stop) => ApiAnswers.Order(await control.EvictAsync(node, stop)));
        group.MapPost("/nodes/{node}/readmit", async (string node, CancellationToken stop) => ApiAnswers.Order(await control.ReadmitAsync(node, stop)));
        group.MapGet("/openapi.json", () => Results.Text(OpenApi.Text(), "application/json"));
    }
}
