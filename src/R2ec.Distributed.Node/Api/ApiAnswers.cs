using System.Text.Json;
using Microsoft.AspNetCore.Http;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Api;

/// <summary>The API's answers: JSON, and every refusal in one form, <c>{"error": ..., "faults": [...]}</c>.</summary>
internal static class ApiAnswers
{
    /// <summary>Header of a standby's answer.</summary>
    public const string Standby = "R2ec-Standby";

    /// <summary>Header with the digest of the weights that follow.</summary>
    public const string Weights = "R2ec-Weights";

    /// <summary>Header with the RL step of the weights that follow.</summary>
    public const string Step = "R2ec-Step";

    /// <summary>A value.</summary>
    public static IResult Json(object value, int status = StatusCodes.Status200OK) => Results.Text(JsonSerializer.Serialize(value, ApiJson.Form), "application/json", statusCode: status);

    /// <summary>Why something is refused.</summary>
    public static IResult Error(int status, string text) => Json(new Dictionary<string, object?> { ["error"] = text }, status);

    /// <summary>Everything that is wrong with a spec.</summary>
    public static IResult Faults(string run, IReadOnlyList<SpecFault> faults) => Json(
        new Dictionary<string, object?>
        {
            ["error"] = $"The spec of run '{run}' has {(faults.Count == 1 ? "a fault" : $"{faults.Count} faults")}.",
            ["faults"] = faults.Select(f => new { source = f.Place.Source, line = f.Place.Line, f.Key, f.Value, f.Rule, f.Remedy, text = f.Key.Length > 0 ? f.ToString() : f.Rule }),
        },
        StatusCodes.Status422UnprocessableEntity);

    /// <summary>How an order was taken.</summary>
    public static IResult Order(ControlAnswer answer) => answer.Kind switch
    {
        ControlKind.Done => Json(new { answer.Text }),
        ControlKind.Unknown => Error(StatusCodes.Status404NotFound, answer.Text),
        _ => Error(StatusCodes.Status409Conflict, answer.Text),
    };

    /// <summary>What a thrown exception is answered with; null where nobody foresaw it.</summary>
    public static IResult? Of(Exception fault) => fault switch
    {
        InputException input => Error(StatusCodes.Status400BadRequest, input.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge(),
        BadHttpRequestException bad => Error(bad.StatusCode, bad.Message),
        TimeoutException or System.Data.Common.DbException or IOException => Error(StatusCodes.Status503ServiceUnavailable, $"The coordinator has no answer now: {fault.Message} Ask again; `r2ec nodes` tells whether its database answers."),
        _ => null,
    };

    /// <summary>A body over the limit.</summary>
    public static IResult TooLarge() => Error(StatusCodes.Status413PayloadTooLarge, $"The request has more than {ApiOptions.MostBodyBytes} bytes.");
}
