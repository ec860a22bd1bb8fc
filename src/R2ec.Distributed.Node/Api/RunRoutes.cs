using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Api;

/// <summary>What is asked and ordered of runs.</summary>
internal sealed class RunRoutes(ICoordinatorControl control, ApiOptions options)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/runs", ListAsync);
        routes.MapPost("/runs", (Delegate)SubmitAsync);
        routes.MapGet("/runs/{run}", (string run, CancellationToken stop) => OfRunAsync(run, found => ApiAnswers.Json(ShowRuns.Fields(found)), stop));
        routes.MapGet("/runs/{run}/spec", (string run, CancellationToken stop) => OfRunAsync(run, found => Results.Text(found.State.Spec, "application/yaml", Encoding.UTF8), stop));
        routes.MapGet("/runs/{run}/metrics", MetricsAsync);
        routes.MapGet("/runs/{run}/events", EventsAsync);
        routes.MapGet("/runs/{run}/faults", (string run, CancellationToken stop) => OfFactsAsync(run, facts => RunFaults.Of(facts), stop));
        routes.MapGet("/runs/{run}/audit", (string run, CancellationToken stop) => OfFactsAsync(run, facts => RunAudit.Of(facts), stop));
        routes.MapGet("/runs/{run}/why", WhyAsync);
        routes.MapGet("/runs/{run}/weights", WeightsAsync);
        routes.MapGet("/runs/{run}/checkpoints", (string run, CancellationToken stop) => OfRunAsync(run, found => ApiAnswers.Json(CheckpointJson.Of(found.State)), stop));
        routes.MapGet("/runs/{run}/checkpoints/{checkpoint}/{file}", CheckpointAsync);
        routes.MapGet("/runs/{run}/samples", SamplesAsync);
        routes.MapPost("/runs/{run}/pause", async (string run, CancellationToken stop) => ApiAnswers.Order(await control.PauseAsync(RunId.Parse(run), stop)));
        routes.MapPost("/runs/{run}/resume", async (string run, string? accept_other_numerics, CancellationToken stop) => ApiAnswers.Order(await control.ResumeAsync(RunId.Parse(run), accept_other_numerics == "true", stop)));
        routes.MapPost("/runs/{run}/stop", async (string run, CancellationToken stop) => ApiAnswers.Order(await control.StopAsync(RunId.Parse(run), stop)));
    }

    private async Task<IResult> ListAsync(CancellationToken stop) => ApiAnswers.Json((await control.RunsAsync(stop)).Select(ShowRuns.Fields));

    private async Task<IResult> SubmitAsync(HttpContext context)
    {
        if (await RequestBody.ReadAsync(context) is not { } body)
        {
            return ApiAnswers.TooLarge();
        }

        var submission = Submission.Read(body);
        var stop = context.RequestAborted;
        var intake = await SpecIntake.OfAsync(submission.Spec, options, stop);
        if (intake.Resolved is not { } resolved)
        {
            return ApiAnswers.Faults(submission.Run.Value, intake.Faults);
        }

        var known = await control.FindAsync(submission.Run, stop) is not null;
        var answer = await control.SubmitAsync(submission.Run, resolved, stop);
        return answer.Kind == ControlKind.Done && await control.FindAsync(submission.Run, stop) is { } run
            ? ApiAnswers.Json(ShowRuns.Fields(run), known ? StatusCodes.Status200OK : StatusCodes.Status201Created)
            : ApiAnswers.Order(answer);
    }

    private Task<IResult> MetricsAsync(string run, CancellationToken stop) => FactsAsync(run, facts => Results.Stream(
        async stream =>
        {
            foreach (var row in facts.SelectMany(MetricsProjection.Rows))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(row.ToJson() + "\n"), stop);
            }
        },
        "application/x-ndjson"), stop);

    private async Task<IResult> EventsAsync(string run, string? after, CancellationToken stop)
    {
        if (!long.TryParse(after ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var from))
        {
            return ApiAnswers.Error(StatusCodes.Status400BadRequest, $"after={after}: a sequence number is a whole number from 0.");
        }

        return await control.FindAsync(RunId.Parse(run), stop) is null
            ? Unknown(run)
            : ApiAnswers.Json((await control.EventsAsync(RunId.Parse(run), from, stop)).Take(ApiOptions.MostEvents).Select((fact, index) => EventJson.Write(from + index + 1, fact)));
    }

    private Task<IResult> WhyAsync(string run, CancellationToken stop) => OfRunAsync(run, async found =>
    {
        var (last, unreadable) = await LastAsync(found.Run, stop);
        var nodes = await control.NodesAsync(stop);
        var waits = await control.WaitsAsync(found.Run, stop);
        var ahead = found.Phase == RunPhase.Queued ? (await control.RunsAsync(stop)).Where(r => r.Phase == RunPhase.Running && r.Run != found.Run).Select(r => r.Run.Value).FirstOrDefault() : null;
        return ApiAnswers.Json(WhyReport.Of(new WhyFacts(found, last, waits, nodes, ahead, unreadable, options.Clock.GetUtcNow())));
    }, stop);

    private async Task<(IRunEvent? Last, string? Unreadable)> LastAsync(RunId run, CancellationToken stop)
    {
        try
        {
            var facts = await control.EventsAsync(run, 0, stop);
            return (facts.Count > 0 ? facts[^1] : null, null);
        }
        catch (Exception fault) when (fault is TimeoutException or System.Data.Common.DbException or IOException)
        {
            return (null, fault.Message);
        }
    }

    private Task<IResult> WeightsAsync(HttpContext context, string run, string? step, CancellationToken stop) => OfRunAsync(run, async found =>
    {
        var asked = AskedStep.Of(found, step);
        if ((await control.OpenWeightsAsync(asked.Weights, stop) ?? await OfCheckpointAsync(found.State, asked.Step, stop)) is not { } tensors)
        {
            return ApiAnswers.Error(StatusCodes.Status404NotFound, $"No node that lives holds the weights {asked.Weights.Brief} of step {asked.Step}. The last step's are there while a learner lives; checkpoints keep others.");
        }

        context.Response.Headers[ApiAnswers.Weights] = asked.Weights.Hex;
        context.Response.Headers[ApiAnswers.Step] = asked.Step.ToString(CultureInfo.InvariantCulture);
        return Results.Stream(tensors, "application/octet-stream");
    }, stop);

    // A checkpoint's policy is the same file that was published for its step.
    private Task<Stream?> OfCheckpointAsync(RunState state, int step, CancellationToken stop) =>
        state.Checkpoints.LastOrDefault(c => c.Position == new RunPosition(RunStage.Reinforcement, step)) is { } kept
            ? control.OpenCheckpointAsync(kept.Manifest, CheckpointJson.PolicyFile, stop)
            : Task.FromResult<Stream?>(null);

    private Task<IResult> CheckpointAsync(string run, string checkpoint, string file, CancellationToken stop) => OfRunAsync(run, async found =>
        found.State.Checkpoints.LastOrDefault(c => c.Folder == checkpoint) is not { } named
            ? ApiAnswers.Error(StatusCodes.Status404NotFound, $"The journal of run '{found.Run}' names no checkpoint '{checkpoint}'.")
            : await control.OpenCheckpointAsync(named.Manifest, file, stop) is { } bytes
                ? Results.Stream(bytes, "application/octet-stream")
                : ApiAnswers.Error(StatusCodes.Status404NotFound, $"No node that lives holds '{file}' of checkpoint {checkpoint}."), stop);

    private Task<IResult> SamplesAsync(string run, CancellationToken stop) => OfRunAsync(run, found => Results.Stream(
        async stream =>
        {
            await foreach (var line in options.Samples(found.State, stop))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), stop);
            }
        },
        "application/x-ndjson"), stop);

    private Task<IResult> OfFactsAsync(string run, Func<IReadOnlyList<IRunEvent>, object> read, CancellationToken stop) => FactsAsync(run, facts => ApiAnswers.Json(read(facts)), stop);

    // The journal as it is, not the state that follows from it: an audit has to read one from which none does.
    private async Task<IResult> FactsAsync(string run, Func<IReadOnlyList<IRunEvent>, IResult> answer, CancellationToken stop) =>
        await control.EventsAsync(RunId.Parse(run), 0, stop) is { Count: > 0 } facts ? answer(facts) : Unknown(run);

    private Task<IResult> OfRunAsync(string run, Func<RunSummary, IResult> answer, CancellationToken stop) => OfRunAsync(run, found => Task.FromResult(answer(found)), stop);

    private async Task<IResult> OfRunAsync(string run, Func<RunSummary, Task<IResult>> answer, CancellationToken stop) =>
        await control.FindAsync(RunId.Parse(run), stop) is { } found ? await answer(found) : Unknown(run);

    private static IResult Unknown(string run) => ApiAnswers.Error(StatusCodes.Status404NotFound, $"There is no run '{run}'. `r2ec runs list` shows those that there are.");
}
