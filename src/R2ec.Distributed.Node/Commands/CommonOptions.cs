using System.CommandLine;

namespace R2ec.Distributed.Node.Commands;

/// <summary>Options that several commands share, made anew for each.</summary>
internal static class CommonOptions
{
    /// <summary>Where runs stand.</summary>
    public static Option<string> Runs() => new("--runs")
    {
        Description = "Folder that holds the runs.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "runs",
    };

    /// <summary>Whether a person typed an option.</summary>
    public static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>The run's name, where no folder of runs is asked for.</summary>
    public static Argument<string> ClusterRun() => new("RUN") { Description = "Name of the run." };

    /// <summary>The run's name.</summary>
    public static Argument<string> Run() => new("RUN") { Description = "Name of the run: a folder below --runs." };

    /// <summary>The spec's file.</summary>
    public static Argument<string> Spec() => new("SPEC") { Description = "Experiment spec (YAML)." };

    /// <summary>Overrides.</summary>
    public static Option<string[]> Set() => new("--set")
    {
        Description = "Overrides a key of the spec by its dotted path; may be given several times.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Output for scripts.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for scripts." };

    /// <summary>An RL step.</summary>
    public static Option<string?> Step(string description) => new("--step") { Description = description, HelpName = "N|best" };
}
