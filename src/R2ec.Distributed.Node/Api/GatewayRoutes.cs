using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Api;

/// <summary>The HTTP API as people and scripts see it: checks the token and the size, then asks the coordinators.</summary>
internal sealed partial class GatewayRoutes
{
    private readonly GatewayOptions _options;
    private readonly Forwarder _forwarder;
    private readonly ILogger _log;

    private GatewayRoutes(GatewayOptions options, ILogger log) => (_options, _forwarder, _log) = (options, new Forwarder(options), log);

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, GatewayOptions options)
    {
        var gateway = new GatewayRoutes(options, routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("R2ec.Gateway"));
        routes.Map(ApiRoutes.Prefix + "/{**rest}", gateway.AnswerAsync);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (Refusal(context.Request) is { } status)
        {
            LogRefused(_log, context.Request.Method, context.Request.Path.ToUriComponent(), context.Connection.RemoteIpAddress?.ToString() ?? "", status);
            await SayAsync(context, status, status == StatusCodes.Status401Unauthorized ? "This needs a valid token: Authorization: Bearer TOKEN." : "This token may only read.");
            return;
        }

        if (await RequestBody.ReadAsync(context) is not { } body)
        {
            LogRefused(_log, context.Request.Method, context.Request.Path.ToUriComponent(), context.Connection.RemoteIpAddress?.ToString() ?? "", StatusCodes.Status413PayloadTooLarge);
            await ApiAnswers.TooLarge().ExecuteAsync(context);
            return;
        }

        using var answer = await _forwarder.SendAsync(context.Request, body, context.RequestAborted);
        if (answer is null)
        {
            await SayAsync(context, StatusCodes.Status502BadGateway, $"No coordinator is active: none of {_options.Coordinators.Count} took the request within {_options.Patience.TotalSeconds:0} s. Nothing is lost; ask again once a majority of the coordinators is up.");
            return;
        }

        await HttpHeaders.ReturnAsync(answer, context);
    }

    private int? Refusal(HttpRequest request)
    {
        var header = request.Headers.Authorization is [{ } only] ? only : null;
        var scope = _options.Tokens(header);
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return scope switch
        {
            TokenScope.None => StatusCodes.Status401Unauthorized,
            TokenScope.Read when !reads => StatusCodes.Status403Forbidden,
            _ => null,
        };
    }

    private static Task SayAsync(HttpContext context, int status, string text)
    {
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return ApiAnswers.Error(status, text).ExecuteAsync(context);
    }

    [LoggerMessage(EventId = 6101, Level = LogLevel.Warning, Message = "Refused {Method} {Path} from {Caller}: {Status}")]
    private static partial void LogRefused(ILogger logger, string method, string path, string caller, int status);
}
