using System.CommandLine;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Tests.Commands;

public sealed class CommandLineTests
{
    private static readonly string[] Frozen =
    [
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
        "cluster up --dir --coordinators --rollout --reward --learner --database-file",
        "evaluate RUN --runs --step --samples --json",
        "export RUN --runs --out --step --merged --dtype",
        "model",
        "model verify DIR REFERENCE --json",
        "node --config --explain --exit-file",
        "node health --config",
        "prepare --format --interactions --items --out --start --end --k-core --window --min-items --require-price --item-statistics --min-rating --min-item-events --min-user-events --max-broken-lines",
        "replay RUN --runs --from",
        "resume RUN --runs --accept-other-numerics",
        "runs",
        "runs list --runs --json",
        "runs show RUN --runs --json",
        "spec",
        "spec check SPEC --no-files --set --json",
        "spec init",
        "spec schema --page",
        "train SPEC --runs --name --set",
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
