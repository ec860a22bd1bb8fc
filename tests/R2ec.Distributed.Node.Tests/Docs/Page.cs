using System.Text.RegularExpressions;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Docs;

/// <summary>A page that people read.</summary>
/// <param name="Name">Path below the repository's root.</param>
/// <param name="Text">Its text.</param>
internal sealed partial record Page(string Name, string Text)
{
    public static IReadOnlyList<Page> All { get; } =
    [
        .. Directory.EnumerateFiles(SharedFolder.Repository, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "docs"), "*.md", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .Select(path => new Page(Path.GetRelativePath(SharedFolder.Repository, path), File.ReadAllText(path))),
    ];

    public static Page Of(string name) => All.Single(page => page.Name == name);

    /// <summary>Fenced blocks of a language.</summary>
    public IEnumerable<string> Blocks(string language) => Fence().Matches(Text).Where(m => m.Groups["language"].Value == language).Select(m => m.Groups["body"].Value);

    /// <summary>Code within a line; fenced blocks are left out.</summary>
    public IEnumerable<string> Spans() => Span().Matches(Fence().Replace(Text, "")).Select(m => m.Groups["code"].Value);

    /// <summary>Targets of links and pictures.</summary>
    public IEnumerable<string> Links() => Link().Matches(Fence().Replace(Text, "")).Select(m => m.Groups["target"].Value);

    /// <summary>Headings as the part of a link after its '#'.</summary>
    public IEnumerable<string> Anchors() => Heading().Matches(Text).Select(m => NoLetter().Replace(m.Groups["title"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    public override string ToString() => Name;

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<body>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`(?<code>[^`\n]+)`")]
    private static partial Regex Span();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#{1,6} (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoLetter();
}
