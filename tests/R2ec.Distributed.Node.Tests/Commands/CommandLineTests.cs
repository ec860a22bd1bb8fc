using System.CommandLine;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Tests.Commands;

public sealed class CommandLineTests
{
    private static readonly string[] Frozen =
    [
        "audit RUN --cluster --api --token-file --ca --wait --json",
        "certs",
        "certs ca --out --force",
        "certs node --ca --name --address --out --force",
        "cluster",
        "cluster add --dir --role",
        "cluster down --dir",
        "cluster readmit NODE --dir",
        "cluster restart --dir --rolling",
        "cluster status --dir --json",
        "cluster supervise --dir --program",
        "cluster up --dir --coordinators --rollout --reward --learner --database-file --network-namespaces",
        "drain NODE --cluster --api --token-file --ca --wait --json",
        "evaluate RUN --runs --step --samples --json",
        "evict NODE --cluster --api --token-file --ca --wait --json",
        "export RUN --runs --out --step --merged --dtype --cluster --api --token-file --ca --wait",
        "faults RUN --cluster --api --token-file --ca --wait --json",
        "fetch RUN --out --checkpoints --cluster --api --token-file --ca --wait",
        "model",
        "model verify DIR REFERENCE --json",
        "node --config --explain --exit-file",
        "node health --config",
        "nodes --cluster --api --token-file --ca --wait --json",
        "pause RUN --cluster --api --token-file --ca --wait --json",
        "prepare --format --interactions --items --out --start --end --k-core --window --min-items --require-price --item-statistics --min-rating --min-item-events --min-user-events --max-broken-lines",
        "readmit NODE --cluster --api --token-file --ca --wait --json",
        "replay RUN --runs --from",
        "resume RUN --runs --accept-other-numerics --cluster --api --token-file --ca --wait --json",
        "runs",
        "runs list --runs --cluster --api --token-file --ca --wait --json",
        "runs show RUN --runs --cluster --api --token-file --ca --wait --json",
        "show RUN --cluster --api --token-file --ca --wait --json",
        "spec",
        "spec check SPEC --no-files --set --json",
        "spec init",
        "spec schema --page",
        "stop RUN --cluster --api --token-file --ca --wait --json",
        "submit SPEC --name --set --cluster --api --token-file --ca --wait --json",
        "train SPEC --runs --name --set",
        "watch RUN --cluster --api --token-file --ca --wait --json",
        "why RUN --cluster --api --token-file --ca --wait --json",
    ];

    [Fact]
    public void The_list_of_flags_is_frozen() => Assert.Equal(Frozen, Lines(R2ecProgram.Build(), "").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_command_teaches_by_an_example() => Assert.All(Verbs(R2ecProgram.Build()), verb =>
    {
        Assert.Contains("r2ec ", verb.Teaching, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(verb.Description));
        Assert.All(verb.Options.Where(o => !o.Hidden), o => Assert.False(string.IsNullOrWhiteSpace(o.Description), $"{verb.Name} {o.Name}"));
    });

    private static IEnumerable<string> Lines(Command command, string path) => command.Subcommands.SelectMany(c =>
    {
        var name = path + c.Name;
        var words = c.Arguments.Select(a => a.Name).Concat(c.Options.Select(o => o.Name)).Prepend(name);
        return Lines(c, name + " ").Prepend(string.Join(' ', words));
    });

    private static IEnumerable<Verb> Verbs(Command command) => command.Subcommands.OfType<Verb>().SelectMany(v => Verbs(v).Prepend(v));
}
