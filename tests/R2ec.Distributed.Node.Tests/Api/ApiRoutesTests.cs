using System.Net;
using System.Text.Json;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Api;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Api;

public sealed class ApiRoutesTests : IAsyncLifetime
{
    private static readonly string Quickstart = File.ReadAllText(Path.Combine(SharedFolder.Repository, "cluster-config", "experiments", "quickstart.yaml"));
    private readonly FakeControl _control = new();
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _control.Journals[Journals.Run] = Journals.UnderWay();
        _control.Nodes.AddRange([FakeControl.Node("learner-1", weights: Journals.Weights), FakeControl.Node("rollout-1"), FakeControl.Node("reward-1")]);
        _host = await ApiHost.CoordinatorAsync(_control);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_run_is_told_as_runs_show_tells_it()
    {
        var run = await _host.GetAsync("runs/games");

        Assert.Equal(["run", "state", "step", "steps", "weights", "reason", "metrics"], run.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("games", "Running", 1, 2, Journals.Weights.Hex), (run.GetProperty("run").GetString(), run.GetProperty("state").GetString(), run.GetProperty("step").GetInt32(), run.GetProperty("steps").GetInt32(), run.GetProperty("weights").GetString()));
        Assert.Equal(0.3, run.GetProperty("metrics").GetProperty("reward/mean").GetDouble());
        Assert.Equal(run.GetRawText(), Assert.Single((await _host.GetAsync("runs")).EnumerateArray()).GetRawText());
    }

    [Fact]
    public async Task A_new_run_is_created_and_the_same_again_is_the_same_run()
    {
        var submission = Asking.Submission("try", Quickstart);

        var (created, body, _) = await _host.AskAsync(HttpMethod.Post, "runs", submission);

        Assert.Equal(HttpStatusCode.Created, created);
        Assert.Equal("Queued", JsonSerializer.Deserialize<JsonElement>(body).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, (await _host.AskAsync(HttpMethod.Post, "runs", submission)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await _host.AskAsync(HttpMethod.Post, "runs", Asking.Submission("try", Quickstart.Replace("seed: 1", "seed: 2", StringComparison.Ordinal)))).Status);
        Assert.Single(_control.Journals[new RunId("try")]);
        Assert.Contains("data:", (await _host.AskAsync(HttpMethod.Get, "runs/try/spec")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json", "no JSON")]
    [InlineData("[1]", "no object")]
    [InlineData("{}", "'name' is missing")]
    [InlineData("""{"name": "try"}""", "'spec' is missing")]
    [InlineData("""{"name": 1, "spec": ""}""", "'name' is missing")]
    [InlineData("""{"name": "../etc", "spec": ""}""", "no run name")]
    [InlineData("""{"name": "try", "spec": "", "more": 1}""", "'more' is no field")]
    [InlineData("""{"name": "try", "spec": "\ud800"}""", "no UTF-8")]
    [InlineData("""{"name": {"a": {"b": {"c": {"d": 1}}}}}""", "no JSON")]
    public async Task A_body_of_another_form_is_refused(string body, string reason)
    {
        var (status, text, _) = await _host.AskAsync(HttpMethod.Post, "runs", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(reason, Error(text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_set_that_only_another_node_has_is_taken_and_one_that_nobody_has_is_refused()
    {
        var root = Directory.CreateTempSubdirectory("r2ec-api-roots");
        await using var host = await ApiHost.CoordinatorAsync(_control, new SpecRoots(root.FullName, null), options => options with
        {
            Elsewhere = (kind, name, _) => Task.FromResult(kind == FolderKind.Data && name == "far/films"),
        });
        static string Spec(string name) => $"data: {{source: prepared, path: '{name}'}}\nmodel: {{source: scratch, tokenizer: train, chat_template: none}}\n";

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await host.AskAsync(HttpMethod.Post, "runs", Asking.Submission("near", Spec("near/films")))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await host.AskAsync(HttpMethod.Post, "runs", Asking.Submission("out", Spec("../films")))).Status);
        Assert.Equal(HttpStatusCode.Created, (await host.AskAsync(HttpMethod.Post, "runs", Asking.Submission("far", Spec("far/films")))).Status);
        root.Delete(recursive: true);
    }

    [Fact]
    public async Task A_checkpoint_is_passed_on_as_its_holder_serves_it()
    {
        _control.Checkpoints = (manifest, file) => manifest == Journals.D("manifest") && file == "policy.safetensors" ? new MemoryStream("policy"u8.ToArray()) : null;

        Assert.Equal("policy", (await _host.AskAsync(HttpMethod.Get, "runs/games/checkpoints/step-000000/policy.safetensors")).Body);
        Assert.Equal("policy", (await _host.AskAsync(HttpMethod.Get, "runs/games/weights?step=0")).Body);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.AskAsync(HttpMethod.Get, "runs/games/checkpoints/step-000000/other")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.AskAsync(HttpMethod.Get, "runs/games/checkpoints/step-000009/policy.safetensors")).Status);
    }

    [Fact]
    public async Task Every_fault_of_a_spec_is_told_at_once()
    {
        var (status, body, _) = await _host.AskAsync(HttpMethod.Post, "runs", Asking.Submission("try", "data:\n  source: quickstart\nrecpo:\n  steps: -1\n  group_sise: 4\nmodel:\n  source: scratch\n  tokenizer: quickstart\n  chat_template: none\n"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        var faults = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("faults").EnumerateArray().ToList();
        Assert.Equal(["recpo.steps", "recpo.group_sise"], faults.Select(f => f.GetProperty("key").GetString()));
        Assert.Contains("spec:4", faults[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(new RunId("try"), _control.Journals.Keys);
    }

    [Theory]
    [InlineData("seed: [[[")]
    [InlineData("data:\n  path: /etc/passwd\n")]
    [InlineData("data:\n  source: prepared\n  path: ../../etc\n")]
    [InlineData("seed: &a [*a, *b]")]
    public async Task A_spec_that_is_broken_or_names_a_host_s_files_is_refused(string spec) =>
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _host.AskAsync(HttpMethod.Post, "runs", Asking.Submission("try", spec))).Status);

    [Fact]
    public async Task A_body_over_the_limit_is_refused() => Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _host.AskAsync(HttpMethod.Post, "runs", new string('x', 3 << 20))).Status);

    [Fact]
    public async Task Metrics_are_the_lines_of_metrics_jsonl()
    {
        var (_, body, _) = await _host.AskAsync(HttpMethod.Get, "runs/games/metrics");

        Assert.Equal(Journals.UnderWay().SelectMany(MetricsProjection.Rows).Select(r => r.ToJson()), body.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Events_after_a_sequence_number_carry_theirs()
    {
        var events = (await _host.GetAsync("runs/games/events?after=11")).EnumerateArray().ToList();

        Assert.Equal([(12L, "step_trained"), (13L, "step_planned")], events.Select(e => (e.GetProperty("sequence").GetInt64(), e.GetProperty("event").GetString()!)));
        Assert.Equal(HttpStatusCode.BadRequest, (await _host.AskAsync(HttpMethod.Get, "runs/games/events?after=x")).Status);
    }

    [Fact]
    public async Task Audit_faults_and_why_are_told()
    {
        var audit = await _host.GetAsync("runs/games/audit");
        Assert.Equal((4, 2, 2, 0, 0), (audit.GetProperty("planned").GetInt32(), audit.GetProperty("trained").GetInt32(), audit.GetProperty("open").GetInt32(), audit.GetProperty("lost").GetInt32(), audit.GetProperty("twice").GetInt32()));
        var fault = Assert.Single((await _host.GetAsync("runs/games/faults")).EnumerateArray());
        Assert.Equal(("rollout-2", 1, 2.0, true), (fault.GetProperty("node").GetString(), fault.GetProperty("leases_returned").GetInt32(), fault.GetProperty("catch_up_seconds").GetDouble(), fault.GetProperty("bits_verified").GetBoolean()));
        _control.Waits.Add(new WaitFact("run games", "bundle 2/0 from rollout-1", TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(9), "the dispatcher"));
        var why = await _host.GetAsync("runs/games/why");
        Assert.Contains("work goes on", why.GetProperty("cause").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, why.GetProperty("waits")[0].GetProperty("since_seconds").GetDouble());
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_told_and_why_still_answers()
    {
        _control.JournalFault = new TimeoutException("no connection within 5 s.");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _host.AskAsync(HttpMethod.Get, "runs/games/audit")).Status);
        Assert.Contains("database", (await _host.GetAsync("runs/games/why")).GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_come_with_their_digest()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await _host.AskAsync(HttpMethod.Get, "runs/games/weights")).Status);
        _control.Weights = digest => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(digest.Hex));

        var (_, body, headers) = await _host.AskAsync(HttpMethod.Get, "runs/games/weights");

        Assert.Equal((Journals.Weights.Hex, Journals.Weights.Hex, "1"), (body, headers.GetValues("R2ec-Weights").Single(), headers.GetValues("R2ec-Step").Single()));
        Assert.Equal(Journals.D("version 0").Hex, (await _host.AskAsync(HttpMethod.Get, "runs/games/weights?step=0")).Body);
        Assert.Equal(HttpStatusCode.BadRequest, (await _host.AskAsync(HttpMethod.Get, "runs/games/weights?step=7")).Status);
    }

    [Fact]
    public async Task Orders_reach_the_coordinator()
    {
        foreach (var order in (string[])["runs/games/pause", "runs/games/resume", "runs/games/resume?accept_other_numerics=true", "runs/games/stop", "nodes/rollout-1/drain", "nodes/rollout-1/evict", "nodes/rollout-1/readmit"])
        {
            Assert.Equal(HttpStatusCode.OK, (await _host.AskAsync(HttpMethod.Post, order)).Status);
        }

        Assert.Equal(["pause games", "resume games", "resume games other numerics", "stop games", "drain rollout-1", "evict rollout-1", "readmit rollout-1"], _control.Orders);
    }

    [Fact]
    public async Task Nodes_are_told()
    {
        var learner = (await _host.GetAsync("nodes"))[0];

        Assert.Equal(("learner-1", "Healthy", Journals.Weights.Hex, 4711), (learner.GetProperty("name").GetString(), learner.GetProperty("state").GetString(), learner.GetProperty("weights").GetString(), learner.GetProperty("pid").GetInt32()));
    }

    [Theory]
    [InlineData("GET", "runs/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "runs/none/events", HttpStatusCode.NotFound)]
    [InlineData("POST", "runs/none/stop", HttpStatusCode.NotFound)]
    [InlineData("POST", "nodes/none/drain", HttpStatusCode.NotFound)]
    [InlineData("GET", "runs/NONE", HttpStatusCode.BadRequest)]
    public async Task What_is_not_there_is_said(string method, string path, HttpStatusCode expected)
    {
        var (status, body, _) = await _host.AskAsync(new HttpMethod(method), path);

        Assert.Equal(expected, status);
        Assert.NotEmpty(Error(body));
    }

    [Fact]
    public async Task A_standby_says_that_it_is_one()
    {
        _control.IsActive = false;

        var (status, body, headers) = await _host.AskAsync(HttpMethod.Get, "runs");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("true", headers.GetValues("R2ec-Standby").Single());
        Assert.Contains("standby", Error(body), StringComparison.Ordinal);
    }

    private static string Error(string body) => JsonSerializer.Deserialize<JsonElement>(body).GetProperty("error").GetString()!;
}
