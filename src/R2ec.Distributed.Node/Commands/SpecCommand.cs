using System.CommandLine;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Specs;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>spec check|schema|init</c>.</summary>
internal static class SpecCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Verb Build() => new Verb("spec", "Check an experiment spec, print its schema, or write one to begin with.",
        """
        Examples:
          r2ec spec init > my.yaml               # every key with its meaning, range and default
          r2ec spec check my.yaml                # every fault at once, and whether the named files are there
          r2ec spec schema > r2ec.schema.json    # for an editor
        """).With(Check(), Schema(), Init());

    private static Verb Check()
    {
        var (spec, set, json) = (CommonOptions.Spec(), CommonOptions.Set(), CommonOptions.Json());
        var noFiles = new Option<bool>("--no-files") { Description = "Leave out whether named files exist." };
        return new Verb("check", "Check a spec: unknown keys, types, ranges, contradictions, named files.",
            """
            Examples:
              r2ec spec check cluster-config/experiments/quickstart.yaml
              r2ec spec check --no-files my.yaml --set recpo.steps=40
            All faults are reported at once, each with its line, its rule and its remedy.
            """).With(spec, noFiles, set, json).Does((parsed, _) => Task.FromResult(
                SpecChecking.Run(parsed.GetValue(spec)!, parsed.GetValue(set)!, !parsed.GetValue(noFiles), parsed.GetValue(json))));
    }

    private static Verb Schema()
    {
        var page = new Option<bool>("--page") { Description = "Print the reference page in Markdown instead (docs/experiment-spec.md)." };
        return new Verb("schema", "Print the spec's JSON schema.",
            """
            Example:
              r2ec spec schema > r2ec.schema.json
            """).With(page).Does((parsed, _) =>
            {
                Console.Out.Write(parsed.GetValue(page) ? SpecPage.Text() : SpecJsonSchema.Text());
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Verb Init() => new Verb("init", "Write a commented spec with every key and its default to stdout.",
        """
        Example:
          r2ec spec init > my.yaml
        """).Does((_, _) =>
        {
            Console.Out.Write(SpecStarter.Text());
            return Task.FromResult(ExitCode.Done);
        });
}
