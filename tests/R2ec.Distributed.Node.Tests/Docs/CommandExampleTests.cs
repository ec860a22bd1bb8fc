using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Docs;

/// <summary>Whatever a page, a shipped spec or a help text shows as a command is one that the program takes.</summary>
public sealed partial class CommandExampleTests
{
    public static TheoryData<string, string> Written =>
    [
        .. Page.All.SelectMany(page => page.Blocks("sh").SelectMany(Lines).Concat(page.Spans()).SelectMany(line => Commands(line)).Select(command => (page.Name, command))),
        .. Shipped().SelectMany(path => Lines(File.ReadAllText(path)).SelectMany(line => Commands(line.TrimStart('#', ' '))).Select(command => (Path.GetFileName(path), command))),
        .. Verbs(R2ecProgram.Build()).SelectMany(verb => Lines(verb.Teaching).SelectMany(line => Commands(line.Trim().Replace("r2ec ", "./r2ec ", StringComparison.Ordinal))).Select(command => ($"help of {verb.Name}", command))),
    ];

    [Theory]
    [MemberData(nameof(Written))]
    public void A_command_that_is_shown_is_one_that_the_program_takes(string where, string command)
    {
        var parsed = R2ecProgram.Build().Parse(CommandLineParser.SplitCommandLine(command).ToArray());

        Assert.True(parsed.Errors.Count == 0 || parsed.Action is TeachingHelp, $"{where}: {command}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
        Assert.True(parsed.CommandResult.Command.Subcommands.Count == 0 || parsed.CommandResult.Command.Action is not null, $"{where}: {command}: a subcommand is missing");
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void A_shipped_spec_in_an_example_is_there_and_sound_with_its_overrides(string where, string command)
    {
        var parsed = R2ecProgram.Build().Parse(CommandLineParser.SplitCommandLine(command).ToArray());
        if (parsed.CommandResult.Command.Arguments.FirstOrDefault(a => a.Name == "SPEC") is null || parsed.GetValue<string>("SPEC") is not { } spec || !spec.StartsWith("cluster-config/", StringComparison.Ordinal))
        {
            return;
        }

        var reading = SpecFile.Read(Path.Combine(SharedFolder.Repository, spec), parsed.GetValue<string[]>("--set") ?? []);

        Assert.True(reading.Faults.Count == 0, $"{where}: {command}: {string.Join(' ', reading.Faults)}");
    }

    [Fact]
    public void There_are_examples() => Assert.True(Written.Count > 20);

    private static IEnumerable<string> Shipped() => Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "cluster-config"), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Lines(string text) => text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');

    // The command's words without variables before it and without comment, pipe or redirection behind it.
    private static IEnumerable<string> Commands(string line) =>
        Command().Match(line) is { Success: true } found && !found.Value.Contains('…', StringComparison.Ordinal) ? [found.Groups["words"].Value.Trim()] : [];

    private static IEnumerable<Verb> Verbs(Command command) => command.Subcommands.OfType<Verb>().SelectMany(v => Verbs(v).Prepend(v));

    [GeneratedRegex(@"^\s*(\w+=\S+\s+)*\./r2ec (?<words>.*?)(\s+(#|>|\||&&).*)?$")]
    private static partial Regex Command();
}
