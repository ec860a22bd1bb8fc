using System.Text.Json;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Tests.Api;
using R2ec.Distributed.Node.Tests.Commands;
using R2ec.Distributed.Node.Tests.Docs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Weights;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Client;

/// <summary>The program itself against a gateway of this process; the run that it asks about is a real one.</summary>
public sealed class ClusterCommandTests(SmallestRun run) : IClassFixture<SmallestRun>, IAsyncLifetime
{
    private static readonly string Quickstart = Path.Combine(SharedFolder.Repository, "cluster-config", "experiments", "quickstart.yaml");
    private readonly string _place = Directory.CreateTempSubdirectory("r2ec-cluster").FullName;
    private readonly FakeControl _control = new();
    private ApiHost _coordinator = null!, _gateway = null!;

    private List<string> Kept => [.. Directory.EnumerateDirectories(Path.Combine(run.Folder, "checkpoints")).Order(StringComparer.Ordinal)];

    public async ValueTask InitializeAsync()
    {
        var folder = new RunFolder(run.Folder, new RunId("docs"));
        _control.Journals[folder.Run] = [.. JournalReader.Read(folder)];
        _control.Weights = digest => File.Exists(Path.Combine(folder.Weights, $"{digest}.safetensors")) ? File.OpenRead(Path.Combine(folder.Weights, $"{digest}.safetensors")) : null;
        _control.Nodes.Add(FakeControl.Node("rollout-1"));
        _control.Checkpoints = (manifest, file) => Kept.FirstOrDefault(kept => CheckpointManifest.Find(kept, manifest) is not null) is { } kept ? File.OpenRead(Path.Combine(kept, file)) : null;
        _coordinator = await ApiHost.CoordinatorAsync(_control, with: options => options with { Samples = (_, stop) => File.ReadLinesAsync(Path.Combine(run.Folder, "samples.jsonl"), stop) });
        _gateway = await ApiHost.GatewayAsync(TimeSpan.FromSeconds(20), _coordinator.Address);
        File.WriteAllText(Path.Combine(_place, "read"), ApiHost.Read);
        File.WriteAllText(Path.Combine(_place, "write"), ApiHost.Write);
        using var certificates = new TestCertificates();
        File.WriteAllText(Path.Combine(_place, "ca.pem"), certificates.CaPem);
        File.WriteAllText(Path.Combine(_place, "cluster.json"), JsonSerializer.Serialize(new { api = _gateway.Address, ca = "ca.pem", read_token_file = "read", write_token_file = Path.Combine(_place, "write") }));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _coordinator.DisposeAsync();
        Directory.Delete(_place, recursive: true);
    }

    [Fact]
    public async Task Show_prints_what_runs_show_prints()
    {
        var (_, alone, _) = await R2ecProcess.RunAsync("runs", "show", "docs", "--runs", Path.GetDirectoryName(run.Folder)!, "--json");

        Assert.Equal(alone, await AskAsync("show", "docs", "--json"));
        Assert.Equal(alone, await AskAsync("runs", "show", "docs", "--json"));
        Assert.StartsWith("run      docs\nstate    Completed\nstep     2 of 2\n", await AskAsync("show", "docs"), StringComparison.Ordinal);
        Assert.Contains("docs", await AskAsync("runs", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_sends_the_spec_with_its_overrides_and_tells_what_to_type_next()
    {
        var told = await AskAsync("submit", Quickstart, "--name", "try", "--set", "recpo.steps=7");

        Assert.Contains("run try is Queued", told, StringComparison.Ordinal);
        Assert.Contains($"./r2ec watch try --cluster {_place}", told, StringComparison.Ordinal);
        Assert.Contains("steps: 7", Assert.IsType<RunEvents.Submitted>(Assert.Single(_control.Journals[new RunId("try")])).Spec, StringComparison.Ordinal);
        Assert.Contains("run quickstart is Queued", await AskAsync("submit", Quickstart), StringComparison.Ordinal);
        Assert.Contains("\"run\":\"quickstart-2\"", await AskAsync("submit", Quickstart, "--json"), StringComparison.Ordinal);
        await RefusedAsync(ExitCode.Input, "another name", "submit", Quickstart, "--name", "try", "--set", "recpo.steps=8");
    }

    [Fact]
    public async Task A_spec_with_faults_is_refused_before_it_is_sent()
    {
        await RefusedAsync(ExitCode.Input, "recpo.steps", "submit", Quickstart, "--name", "bad", "--set", "recpo.steps=-1");
        await RefusedAsync(ExitCode.Input, "data.path", "submit", Quickstart, "--name", "bad", "--set", "data.path=/etc");
        Assert.DoesNotContain(new RunId("bad"), _control.Journals.Keys);
    }

    [Fact]
    public async Task Watch_ends_with_the_run_and_its_exit_code()
    {
        var (code, told, lines) = await R2ecProcess.RunAsync("watch", "docs", "--cluster", _place);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("run docs is Completed: step 2 of 2", told, StringComparison.Ordinal);
        Assert.Contains("step 1: reward/mean", lines, StringComparison.Ordinal);
        Assert.Contains("evaluation after step 2: valid/ndcg@10", lines, StringComparison.Ordinal);

        var facts = await AskAsync("watch", "docs", "--json");
        Assert.Equal(_control.Journals[new RunId("docs")].Count, facts.TrimEnd().Split('\n').Length);

        _control.Journals[Journals.Run] = [.. Journals.UnderWay(), new RunEvents.Failed(Journals.Run, "no data", FakeControl.Now)];
        Assert.Contains("failed: no data", await RefusedAsync(ExitCode.Failed, "", "watch", "games"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_reach_the_coordinator()
    {
        Assert.Equal("Done: pause docs.\n", await AskAsync("pause", "docs"));
        await AskAsync("resume", "docs", "--accept-other-numerics");
        await AskAsync("stop", "docs");
        await AskAsync("drain", "rollout-1");
        await AskAsync("evict", "rollout-1");
        Assert.Equal("{\"text\":\"Done: readmit rollout-1.\"}\n", await AskAsync("readmit", "rollout-1", "--json"));
        Assert.Equal(["pause docs", "resume docs other numerics", "stop docs", "drain rollout-1", "evict rollout-1", "readmit rollout-1"], _control.Orders);
        await RefusedAsync(ExitCode.Input, "There is no node rollout-9.", "drain", "rollout-9");
        await RefusedAsync(ExitCode.Input, "There is no run 'none'.", "show", "none");
    }

    [Fact]
    public async Task Nodes_why_faults_and_audit_are_told()
    {
        _control.Journals[Journals.Run] = Journals.UnderWay();
        _control.Waits.Add(new WaitFact("bundle 2/0", "rollout-1", TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(9), "the dispatcher"));

        Assert.Contains("rollout-1            rollout              Healthy", await AskAsync("nodes"), StringComparison.Ordinal);
        Assert.Equal("rollout-1", JsonSerializer.Deserialize<JsonElement>(await AskAsync("nodes", "--json"))[0].GetProperty("name").GetString());
        var why = await AskAsync("why", "games");
        Assert.Contains("bundle 2/0 waits for rollout-1: since 3 s, at most 9 s, then the dispatcher ends it", why, StringComparison.Ordinal);
        Assert.Contains("most likely: no reward node has joined", why, StringComparison.Ordinal);
        Assert.Contains($"next: ./r2ec nodes --cluster {_place}", why, StringComparison.Ordinal);
        Assert.Contains("rollout-2 (rollout): no beat for 4.1 s; leases returned 1, detected after 4.1 s, leased again after 1.0 s, caught up after 2.0 s, bits verified", await AskAsync("faults", "games"), StringComparison.Ordinal);
        Assert.Contains("clean", await AskAsync("audit", "games"), StringComparison.Ordinal);
        Assert.Equal(4, JsonSerializer.Deserialize<JsonElement>(await AskAsync("audit", "docs", "--json")).GetProperty("planned").GetInt32());
        _control.Journals[Journals.Run].RemoveAt(10);
        await RefusedAsync(ExitCode.Failed, "", "audit", "games");
    }

    [Fact]
    public async Task Fetch_brings_spec_metrics_samples_policy_checkpoints_and_report()
    {
        var place = Path.Combine(_place, "fetched");

        Assert.Contains("step 2, weights", await AskAsync("fetch", "docs", "--out", place), StringComparison.Ordinal);

        Assert.Equal(["metrics.jsonl", "policy.safetensors", "report.html", "samples.jsonl", "spec.resolved.yaml"], Directory.EnumerateFiles(place).Select(Path.GetFileName).Order());
        Assert.All(["metrics.jsonl", "samples.jsonl"], name => Assert.Equal(File.ReadAllText(Path.Combine(run.Folder, name)), File.ReadAllText(Path.Combine(place, name))));
        Assert.Equal(Kept.Select(Path.GetFileName), Directory.EnumerateDirectories(Path.Combine(place, "checkpoints")).Select(Path.GetFileName).Order());
        Assert.All(Kept.SelectMany(Directory.EnumerateFiles), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(place, "checkpoints", Path.GetRelativePath(Path.Combine(run.Folder, "checkpoints"), file)))));
        await RefusedAsync(ExitCode.Input, "exists already", "fetch", "docs", "--out", place);
    }

    [Fact]
    public async Task A_checkpoint_that_nobody_holds_is_left_out_and_one_with_other_bytes_is_refused()
    {
        var gone = Kept[0];
        var serve = _control.Checkpoints;
        _control.Checkpoints = (manifest, file) => CheckpointManifest.Find(gone, manifest) is null ? serve(manifest, file) : null;
        var (code, _, said) = await R2ecProcess.RunAsync("fetch", "docs", "--out", Path.Combine(_place, "fewer"), "--cluster", _place);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains($"checkpoint {Path.GetFileName(gone)} is left out", said, StringComparison.Ordinal);
        Assert.Equal(Kept.Count - 1, Directory.EnumerateDirectories(Path.Combine(_place, "fewer", "checkpoints")).Count());

        _control.Checkpoints = (manifest, file) => file == CheckpointManifest.FileName ? serve(manifest, file) : new MemoryStream([1, 2, 3]);
        await RefusedAsync(ExitCode.Input, "did not come whole", "fetch", "docs", "--out", Path.Combine(_place, "torn"));
        Assert.False(Directory.Exists(Path.Combine(_place, "torn")));
        await AskAsync("fetch", "docs", "--out", Path.Combine(_place, "none"), "--checkpoints", "none");
        Assert.False(Directory.Exists(Path.Combine(_place, "none", "checkpoints")));
    }

    [Fact]
    public async Task Tensors_that_are_not_the_named_weights_are_refused()
    {
        var bytes = File.ReadAllBytes(Directory.EnumerateFiles(Path.Combine(run.Folder, "checkpoints"), "policy.safetensors", SearchOption.AllDirectories).Order().First());
        bytes[^1] ^= 1;
        _control.Weights = _ => new MemoryStream(bytes);

        await RefusedAsync(ExitCode.Input, "not the weights", "fetch", "docs", "--out", Path.Combine(_place, "bad"));
        await RefusedAsync(ExitCode.Input, "does not hold the weights", "export", "docs", "--out", Path.Combine(_place, "bad"));
        Assert.False(Directory.Exists(Path.Combine(_place, "bad")));
    }

    [Fact]
    public async Task Export_writes_the_files_of_one_machine()
    {
        var (here, there) = (Path.Combine(_place, "here"), Path.Combine(_place, "there"));
        Assert.Equal(ExitCode.Done, (await R2ecProcess.RunAsync("export", "docs", "--runs", Path.GetDirectoryName(run.Folder)!, "--out", here)).Code);

        await AskAsync("export", "docs", "--out", there);

        Assert.Equal(Directory.EnumerateFiles(here).Select(Path.GetFileName).Order(), Directory.EnumerateFiles(there).Select(Path.GetFileName).Order());
        Assert.All(Directory.EnumerateFiles(here), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(there, Path.GetFileName(file)))));
    }

    [Fact]
    public async Task A_cluster_out_of_reach_is_one_line_and_exit_code_4()
    {
        await _gateway.DisposeAsync();

        var error = await RefusedAsync(ExitCode.Unreachable, "cannot be reached", "nodes", "--wait", "0");

        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Without_a_cluster_that_is_said()
    {
        var (code, _, error) = await R2ecProcess.RunAsync("nodes");
        Assert.Equal((ExitCode.Input, true), (code, error.Contains("No cluster is named", StringComparison.Ordinal)));
        Assert.Equal(ExitCode.Input, (await R2ecProcess.RunAsync("nodes", "--cluster", _place, "--api", "https://a:1")).Code);
    }

    private async Task<string> AskAsync(params string[] args)
    {
        var (code, told, error) = await R2ecProcess.RunAsync([.. args, "--cluster", _place]);
        Assert.True(code == ExitCode.Done, $"{string.Join(' ', args)}: {code} {error}");
        return told;
    }

    private async Task<string> RefusedAsync(int expected, string reason, params string[] args)
    {
        var (code, _, error) = await R2ecProcess.RunAsync([.. args, "--cluster", _place]);
        Assert.True(code == expected, $"{string.Join(' ', args)}: {code} {error}");
        Assert.Contains(reason, error, StringComparison.Ordinal);
        return error;
    }
}
