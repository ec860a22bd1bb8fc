using Microsoft.AspNetCore.Http;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RewardTerms;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Orchestration.Rewards;

namespace R2ec.Distributed.Orchestration.Tests.Rewards;

public sealed class ServiceTermTests
{
    private const string Tokens = "\"score\": ";
    private readonly HurriedClock _clock = new();

    [Fact]
    public async Task Values_stand_in_the_order_of_the_completions_whatever_order_the_service_answers_in()
    {
        await using var service = await RewardService.StartAsync((context, request, _) => context.Response.WriteAsync(
            $"{{\"results\": [{string.Join(',', RewardService.Completions(request).Reverse().Select(c => $"{{\"id\": \"{RewardService.Id(c)}\", {Tokens}{c.GetProperty("tokens")}}}"))}]}}"));

        var values = await ValuesAsync(service, 5, spec => spec with { Batch = 2 });

        Assert.Equal([100, 101, 102, 103, 104], values.Cast<TermResult.Score>().Select(score => score.Value));
        Assert.Equal([1, 2, 2], service.Asked.Select(asked => asked.GetProperty("completions").GetArrayLength()).Order());
    }

    [Fact]
    public async Task A_service_is_sent_what_it_needs_to_judge_a_completion()
    {
        await using var service = await RewardService.OfAsync(_ => Tokens + "1");

        await ValuesAsync(service, 2);

        Assert.True(service.Asked.TryPeek(out var asked));
        Assert.Equal(("judged", "judge", 3), (asked.GetProperty("run").GetString(), asked.GetProperty("term").GetString(), asked.GetProperty("attempt").GetInt32()));
        var second = RewardService.Completions(asked).ElementAt(1);
        Assert.Equal("7/4/1", RewardService.Id(second));
        Assert.Equal("chain 1", second.GetProperty("text").GetString());
        Assert.Equal("prompt of 9", second.GetProperty("prompt").GetString());
        Assert.Equal((12, "title 12"), (second.GetProperty("target").GetProperty("item").GetInt32(), second.GetProperty("target").GetProperty("title").GetString()));
    }

    [Fact]
    public async Task No_more_requests_are_under_way_at_once_than_the_spec_allows()
    {
        var (now, most) = (0, 0);
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await RewardService.StartAsync(async (context, request, _) =>
        {
            lock (_clock)
            {
                most = Math.Max(most, ++now);
                if (now == 2)
                {
                    met.TrySetResult();
                }
            }

            await met.Task;
            lock (_clock)
            {
                now--;
            }

            await RewardService.AnswerAsync(context, request, _ => Tokens + "1");
        });

        var values = await ValuesAsync(service, 8, spec => spec with { Batch = 1, InFlight = 2 });

        Assert.Equal((8, 2), (values.Count(value => value is TermResult.Score), most));
    }

    [Fact]
    public async Task What_fails_is_asked_again_after_waits_that_double()
    {
        await using var service = await RewardService.StartAsync((context, request, count) =>
            count <= 3 ? Refuse(context, 500) : RewardService.AnswerAsync(context, request, _ => Tokens + "0.5"));

        Assert.Equal([new TermResult.Score(0.5)], await ValuesAsync(service, 1));
        Assert.Equal([0.5, 1, 2], _clock.Waits);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_service_that_says_when_it_has_time_again_is_left_alone_until_then(int status)
    {
        await using var service = await RewardService.StartAsync((context, request, count) =>
        {
            context.Response.Headers.RetryAfter = "7";
            return count == 1 ? Refuse(context, status) : RewardService.AnswerAsync(context, request, _ => Tokens + "0.5");
        });

        Assert.Equal([new TermResult.Score(0.5)], await ValuesAsync(service, 1));
        Assert.Equal([7.0], _clock.Waits);
    }

    [Fact]
    public async Task A_spent_budget_is_a_failure_with_its_reason_and_never_a_zero()
    {
        await using var service = await RewardService.StartAsync((context, _, _) => Refuse(context, 500));

        var values = await ValuesAsync(service, 2, spec => spec with { Retries = 2 });

        Assert.All(values, value => Assert.Equal($"{service.Url} answered 500 InternalServerError (try 3 of 3)", Assert.IsType<TermResult.Failed>(value).Reason));
        Assert.Equal(3, service.Asked.Count);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"results\": []}")]
    [InlineData("{\"results\": [{\"score\": 1}]}")]
    [InlineData("{\"results\": [{\"id\": \"7/4/0\"}]}")]
    [InlineData("{\"results\": [{\"id\": \"7/4/0\", \"score\": \"1\"}]}")]
    [InlineData("{\"results\": [{\"id\": \"7/4/0\", \"score\": 1e999}]}")]
    [InlineData("{\"results\": [{\"id\": \"7/4/0\", \"score\": 1, \"rejected\": \"no\"}]}")]
    [InlineData("{\"results\": [{\"id\": \"7/4/0\", \"score\": 1}, {\"id\": \"7/4/0\", \"score\": 2}]}")]
    [InlineData("{\"results\": [[[[[[[[[[[]]]]]]]]]]]}")]
    public async Task An_answer_of_no_use_is_a_failure(string answer)
    {
        await using var service = await RewardService.StartAsync((context, _, _) => context.Response.WriteAsync(answer));

        Assert.IsType<TermResult.Failed>(Assert.Single(await ValuesAsync(service, 1, spec => spec with { Retries = 0 })));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_too_long_is_not_read_to_its_end(bool declared)
    {
        await using var service = await RewardService.StartAsync(async (context, _, _) =>
        {
            context.Response.ContentLength = declared ? 4096 : null;
            await context.Response.WriteAsync(new string(' ', 4096));
        });

        var failed = Assert.IsType<TermResult.Failed>(Assert.Single(await ValuesAsync(service, 1, spec => spec with { Retries = 0, AnswerBytes = 1024 })));

        Assert.Contains("answer_bytes", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_takes_too_long_is_asked_again()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await RewardService.StartAsync(async (context, request, count) =>
        {
            if (count == 1)
            {
                var left = new TaskCompletionSource();
                await using var registered = context.RequestAborted.Register(left.SetResult);
                asked.SetResult();
                await left.Task;
                return;
            }

            await RewardService.AnswerAsync(context, request, _ => Tokens + "0.5");
        });

        var values = ValuesAsync(service, 1);
        await asked.Task;
        _clock.PassDeadlines();

        Assert.Equal([new TermResult.Score(0.5)], await values);
        Assert.Equal(2, service.Asked.Count);
    }

    [Fact]
    public async Task Of_an_answer_that_failed_in_part_only_that_part_is_asked_again()
    {
        await using var service = await RewardService.StartAsync((context, request, count) =>
            RewardService.AnswerAsync(context, request, completion => count == 1 && RewardService.Id(completion) == "7/4/1" ? "\"failed\": \"busy\"" : $"{Tokens}{count}"));

        Assert.Equal([new TermResult.Score(1), new TermResult.Score(2), new TermResult.Score(1)], await ValuesAsync(service, 3));
        Assert.Equal(["7/4/1"], RewardService.Completions(service.Asked.Last()).Select(RewardService.Id));
    }

    [Fact]
    public async Task A_service_may_reject_a_completion_by_name()
    {
        await using var service = await RewardService.OfAsync(_ => "\"rejected\": \"names a person\"");

        Assert.Equal([new TermResult.Rejected("names a person")], await ValuesAsync(service, 1));
    }

    [Fact]
    public async Task The_token_goes_to_the_service_and_into_no_reason()
    {
        await using var service = await RewardService.StartAsync((context, _, _) => Refuse(context, 401));

        var failed = Assert.IsType<TermResult.Failed>(Assert.Single(await ValuesAsync(service, 1, spec => spec with { Retries = 0 }, "s3cret")));

        Assert.Equal(["Bearer s3cret"], service.Authorizations);
        Assert.DoesNotContain("s3cret", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        await using var service = await RewardService.StartAsync((context, _, _) =>
        {
            context.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });

        Assert.IsType<TermResult.Failed>(Assert.Single(await ValuesAsync(service, 1, spec => spec with { Retries = 0 })));
        Assert.Single(service.Asked);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_a_failure()
    {
        var service = await RewardService.OfAsync(_ => Tokens + "1");
        var url = service.Url;
        await service.DisposeAsync();

        Assert.IsType<TermResult.Failed>(Assert.Single(await ValuesAsync(url, 1, spec => spec with { Retries = 1 }, null)));
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private Task<IReadOnlyList<TermResult>> ValuesAsync(RewardService service, int completions, Func<RewardTermSpec, RewardTermSpec>? change = null, string? token = null) =>
        ValuesAsync(service.Url, completions, change, token);

    private async Task<IReadOnlyList<TermResult>> ValuesAsync(string url, int completions, Func<RewardTermSpec, RewardTermSpec>? change, string? token)
    {
        var spec = (change ?? (same => same))(new RewardTermSpec { Name = "judge", Kind = "service", Url = url });
        using var term = new ServiceTerm(spec, new ServiceClient(spec, token, ServiceClient.Handler(), _clock), new Words(), _clock);
        var group = new GroupRollout(
            new GroupId(7, 4), new SampleId(9), Digest.Of("p"u8), Digest.Of("t"u8),
            [.. Enumerable.Range(0, completions).Select(i => new Completion([1], 100 + i, true, [], [], 0, 0, 1, 0, [1, 2], [], $"chain {i}"))]);
        return await term.ValuesAsync([.. Enumerable.Range(0, completions).Select(i => new TermRequest(new RunId("judged"), new Attempt(3), group, i))], TestContext.Current.CancellationToken);
    }

    private sealed class Words : IRewardTexts
    {
        public string Prompt(SampleId sample) => $"prompt of {sample.Value}";

        public string Title(int item) => $"title {item}";

        public int Target(SampleId sample) => 12;
    }
}
