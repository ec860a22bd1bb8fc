using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Api;

/// <summary>Answers for a coordinator that is a standby, and turns whatever goes wrong into an answer of the API's form.</summary>
internal sealed partial class ActiveOnly(ICoordinatorControl control, ILogger log) : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return control.IsActive ? await next(context) : Away(context.HttpContext);
        }
        catch (NotActiveException)
        {
            return Away(context.HttpContext);
        }
        catch (Exception fault) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            if (ApiAnswers.Of(fault) is { } answer)
            {
                return answer;
            }

            LogFault(log, context.HttpContext.Request.Method, context.HttpContext.Request.Path.ToUriComponent(), fault);
            return ApiAnswers.Error(StatusCodes.Status500InternalServerError, $"Unexpected: {fault.GetType().Name}. The details are in the coordinator's log.");
        }
    }

    private static IResult Away(HttpContext context)
    {
        context.Response.Headers[ApiAnswers.Standby] = "true";
        return ApiAnswers.Error(StatusCodes.Status503ServiceUnavailable, "This coordinator is a standby; another one is active.");
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFault(ILogger logger, string method, string path, Exception fault);
}
