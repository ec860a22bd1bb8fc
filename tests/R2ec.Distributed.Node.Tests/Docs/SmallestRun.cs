using System.Text.Json;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Docs;

/// <summary>A run of a few seconds by the program itself that writes every kind of row, with every loss of the warm start.</summary>
public sealed class SmallestRun : IAsyncLifetime
{
    private static readonly string[] Sets =
    [
        "data.users=60", "prompts.history_line='[{title}]'", "prompts.history_separator=", "model.tokenizer=train", "model.vocabulary=400", "model.title_tokens=true", "model.hidden=16", "model.layers=1", "model.heads=2", "model.kv_heads=1", "model.ffn=32",
        "warm_start.pretrain.steps=1", "warm_start.pretrain.batch_size=4", "warm_start.steps=1", "warm_start.batch_size=4", "warm_start.negatives=catalogue",
        "warm_start.direct_weight=0.1", "warm_start.line_weight=0.1", "warm_start.title_weight=0.1",
        "recpo.steps=2", "recpo.batch_size=2", "recpo.group_size=2", "rollout.max_new_tokens=4", "learning.shards=2", "learning.norms_every=1",
        "evaluation.every=1", "evaluation.samples=8", "evaluation.bootstrap_draws=100",
    ];

    private readonly DirectoryInfo _runs = Directory.CreateTempSubdirectory("r2ec-docs-");

    /// <summary>The run's folder.</summary>
    public string Folder => Path.Combine(_runs.FullName, "docs");

    /// <summary>Rows of its metrics.jsonl: phase and names.</summary>
    public IReadOnlyList<(string Phase, IReadOnlyList<string> Names)> Rows { get; private set; } = [];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var spec = Path.Combine(SharedFolder.Repository, "cluster-config", "experiments", "quickstart.yaml");
        Assert.Equal(ExitCode.Done, await R2ecProgram.RunAsync(["train", spec, "--runs", _runs.FullName, "--name", "docs", .. Sets.SelectMany(set => (string[])["--set", set])]));
        Rows = [.. File.ReadLines(Path.Combine(Folder, "metrics.jsonl")).Select(Row)];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _runs.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static (string Phase, IReadOnlyList<string> Names) Row(string line)
    {
        using var row = JsonDocument.Parse(line);
        return (row.RootElement.GetProperty("phase").GetString()!, [.. row.RootElement.EnumerateObject().Select(p => p.Name).Except(["phase", "step", "baseline", "at"])]);
    }
}
