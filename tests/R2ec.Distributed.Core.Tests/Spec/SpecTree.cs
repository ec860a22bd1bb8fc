using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Core.Tests.Spec;

/// <summary>Written specs without YAML: dotted paths with their values, one line each.</summary>
internal static class SpecTree
{
    /// <summary>A spec that is sound: the quickstart's world and a decoder from scratch.</summary>
    public static readonly (string Path, string Value)[] Sound =
    [
        ("data.source", "quickstart"), ("model.source", "scratch"), ("model.tokenizer", "train"), ("model.chat_template", "none"),
    ];

    /// <summary>The reading of some values.</summary>
    public static SpecReading Read(params (string Path, string Value)[] values) =>
        SpecReading.Of("test.yaml", Map(values.Select((v, i) => (v.Path, v.Value, i + 1)).ToList()), []);

    /// <summary>The reading of a sound spec with some values changed.</summary>
    public static SpecReading SoundWith(params (string Path, string Value)[] values) =>
        Read([.. Sound.Where(s => values.All(v => v.Path != s.Path)), .. values]);

    private static SpecNode.Map Map(IReadOnlyList<(string Path, string Value, int Line)> values)
    {
        var entries = values.GroupBy(v => v.Path.Split('.')[0]).Select(group =>
        {
            var place = new SpecPlace("test.yaml", group.First().Line);
            SpecNode value = group.First().Path.Contains('.', StringComparison.Ordinal)
                ? Map([.. group.Select(v => (v.Path[(v.Path.IndexOf('.', StringComparison.Ordinal) + 1)..], v.Value, v.Line))])
                : new SpecNode.Scalar(place, group.First().Value, false);
            return new SpecNode.Entry(place, group.Key, value);
        });
        return new SpecNode.Map(new SpecPlace("test.yaml", 1), [.. entries]);
    }
}
