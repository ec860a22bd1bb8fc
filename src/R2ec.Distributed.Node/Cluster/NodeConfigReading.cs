using System.Globalization;
using System.Text.RegularExpressions;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Turns a written tree into values by the paths of <see cref="NodeConfigKeys"/>, and collects every fault.</summary>
/// <param name="folder">Where relative paths start.</param>
/// <param name="variable">Value of an environment variable, or null.</param>
internal sealed partial class NodeConfigReading(string folder, Func<string, string?> variable)
{
    /// <summary>What is wrong.</summary>
    public List<SpecFault> Faults { get; } = [];

    /// <summary>The values read, by path: text, a list of texts, or a number.</summary>
    public Dictionary<string, object> Values { get; } = [];

    /// <summary>Reads a section; the empty path is the file itself.</summary>
    public void Read(SpecNode node, string section)
    {
        if (node is not SpecNode.Map map)
        {
            Fault(node.Place, section.Length == 0 ? "the configuration" : section, null, $"{node.Kind} stands here, but a map of keys is needed", "`r2ec node --explain` lists them");
            return;
        }

        var keys = NodeConfigKeys.Within(section).ToDictionary(k => k.Key);
        var seen = new Dictionary<string, SpecPlace>();
        foreach (var entry in map.Entries)
        {
            var path = section.Length == 0 ? entry.Key : $"{section}.{entry.Key}";
            if (!keys.TryGetValue(entry.Key, out var key))
            {
                var near = NearestWord.To(entry.Key, keys.Keys) ?? NodeConfigKeys.All.FirstOrDefault(k => k.Key == entry.Key)?.Path;
                Fault(entry.Place, path, null, "no such key", near is null ? "`r2ec node --explain` lists all keys" : $"did you mean '{near}'?");
            }
            else if (!seen.TryAdd(entry.Key, entry.Place))
            {
                Fault(entry.Place, path, null, $"the key stands twice, first at {seen[entry.Key]}", "remove one of them");
            }
            else
            {
                Take(key, entry.Value);
            }
        }

        foreach (var missing in keys.Values.Where(k => k.Required && !seen.ContainsKey(k.Key)))
        {
            Fault(map.Place, missing.Path, null, "it is missing", $"it takes a {missing.KindName}{(missing.RangeName.Length > 0 ? $" ({missing.RangeName})" : "")}");
        }
    }

    private void Take(NodeConfigKey key, SpecNode node)
    {
        switch (key.Kind, node)
        {
            case (NodeConfigKind.Address, _):
                Values[key.Path] = true;
                Read(node, key.Path);
                break;
            case (NodeConfigKind.Texts or NodeConfigKind.Addresses, SpecNode.Sequence list):
                List(key, list);
                break;
            case (NodeConfigKind.Texts or NodeConfigKind.Addresses, SpecNode.Scalar { IsNull: false } one):
                List(key, new SpecNode.Sequence(one.Place, [one]));
                break;
            case (_, SpecNode.Scalar { IsNull: true }) when !key.Required:
                break;
            case (_, SpecNode.Scalar { IsNull: false } scalar):
                if (One(key, scalar) is { } value)
                {
                    Values[key.Path] = value;
                }

                break;
            default:
                Fault(node.Place, key.Path, null, $"{node.Kind} stands here", $"it takes a {key.KindName}");
                break;
        }
    }

    private void List(NodeConfigKey key, SpecNode.Sequence list)
    {
        var texts = new List<string>();
        foreach (var node in list.Values)
        {
            if (node is not SpecNode.Scalar { IsNull: false } scalar)
            {
                Fault(node.Place, key.Path, null, $"{node.Kind} stands in the list", $"it takes a {key.KindName}");
            }
            else if (One(key, scalar) is string text && texts.Contains(text))
            {
                Fault(node.Place, key.Path, text, "it stands in the list twice", "remove one of them");
            }
            else if (One(key, scalar) is string fresh)
            {
                texts.Add(fresh);
            }
        }

        if (list.Values.Count == 0)
        {
            Fault(list.Place, key.Path, null, "the list is empty", $"it takes a {key.KindName}");
        }

        Values[key.Path] = texts;
    }

    private object? One(NodeConfigKey key, SpecNode.Scalar scalar)
    {
        var before = Faults.Count;
        var text = Variable().Replace(scalar.Text, found => Expand(key, scalar, found.Groups["name"].Value));
        if (Faults.Count > before)
        {
            return null;
        }

        switch (key.Kind)
        {
            case NodeConfigKind.Name when !Name().IsMatch(text):
                return Wrong(key, scalar, "not a name", $"it takes {key.RangeName}");
            case NodeConfigKind.Path:
                return Path.GetFullPath(text, folder);
            case NodeConfigKind.Addresses when !HostPort().IsMatch(text):
                return Wrong(key, scalar, "not of the form host:port", "write it like coordinator-0:4053");
            case NodeConfigKind.Texts or NodeConfigKind.Text when key.Choices.Count > 0 && !key.Choices.Contains(text):
                var near = NearestWord.To(text, key.Choices);
                return Wrong(key, scalar, $"not one of {string.Join(", ", key.Choices)}", near is null ? "choose one of them" : $"did you mean '{near}'?");
            case NodeConfigKind.Whole when !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _):
            case NodeConfigKind.Number when !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var any) || !double.IsFinite(any):
                return Wrong(key, scalar, $"a {key.KindName} is needed here", $"it takes one {key.RangeName}");
            case NodeConfigKind.Whole or NodeConfigKind.Number:
                var number = double.Parse(text, CultureInfo.InvariantCulture);
                return number >= key.Min && number <= key.Max ? number : Wrong(key, scalar, "out of range", $"it takes one {key.RangeName}");
            default:
                return text.Length > 0 ? text : Wrong(key, scalar, "it is empty", $"it takes a {key.KindName}");
        }
    }

    private string Expand(NodeConfigKey key, SpecNode.Scalar scalar, string name)
    {
        var value = variable(name) ?? (name == "HOSTNAME" ? Environment.MachineName : null);
        return value ?? (string?)Wrong(key, scalar, $"the environment variable {name} is not set", "set it, or write the value out") ?? "";
    }

    private object? Wrong(NodeConfigKey key, SpecNode.Scalar scalar, string rule, string remedy)
    {
        Fault(scalar.Place, key.Path, scalar.Text, rule, remedy);
        return null;
    }

    private void Fault(SpecPlace place, string key, string? value, string rule, string remedy)
    {
        var fault = new SpecFault(place, key, value, rule, remedy);
        if (!Faults.Contains(fault))
        {
            Faults.Add(fault);
        }
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z_0-9]*)\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9-]{0,62}$")]
    private static partial Regex Name();

    [GeneratedRegex(@"^[^\s:/]+:([1-9][0-9]{0,4})$")]
    private static partial Regex HostPort();
}
