using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace R2ec.Distributed.Node.Specs;

/// <summary>
/// Reads YAML into a <see cref="SpecNode"/> tree from the parser's events, so that every value keeps its line and nothing is deserialised into types that the
/// file chooses. Depth, aliases and size are limited.
/// </summary>
internal sealed class YamlTree
{
    private readonly string _source;
    private readonly Func<long, SpecPlace> _place;
    private readonly Dictionary<string, SpecNode> _anchors = [];
    private readonly Parser _parser;
    private int _aliases;
    private int _nodes;

    private YamlTree(string source, TextReader text, Func<long, SpecPlace> place)
    {
        _source = source;
        _place = place;
        _parser = new Parser(text);
    }

    /// <summary>The tree of a file's text.</summary>
    /// <exception cref="InputException">It is no YAML, or more than the limits allow.</exception>
    public static SpecNode OfFile(string source, string text) => Read(source, text, line => new SpecPlace(source, (int)line));

    /// <summary>The value of an override, which has no line.</summary>
    /// <exception cref="InputException">It is no YAML, or more than the limits allow.</exception>
    public static SpecNode OfOverride(string source, string text) => Read(source, text, _ => new SpecPlace(source, 0));

    private static SpecNode Read(string source, string text, Func<long, SpecPlace> place)
    {
        try
        {
            return new YamlTree(source, new StringReader(text), place).Document();
        }
        catch (YamlException torn)
        {
            var at = place(torn.Start.Line);
            throw new InputException($"{at}: this is no YAML: {FirstLine(torn.Message)}. Mend the file at that line; `r2ec spec init` shows the form.", torn);
        }
    }

    private SpecNode Document()
    {
        Next<StreamStart>();
        if (!_parser.MoveNext() || _parser.Current is not DocumentStart)
        {
            return new SpecNode.Map(_place(1), []);
        }

        _parser.MoveNext();
        var tree = Node(1);
        Next<DocumentEnd>();
        return _parser.MoveNext() && _parser.Current is DocumentStart second
            ? throw Refused(second, "a second document begins here", "a spec is one document: remove the '---'")
            : tree;
    }

    private SpecNode Node(int depth)
    {
        var current = _parser.Current!;
        if (depth > YamlLimits.Depth)
        {
            throw Refused(current, $"more than {YamlLimits.Depth} sections stand within each other", "a spec needs three at most");
        }

        Count(current, 1);
        var node = current switch
        {
            Scalar scalar => new SpecNode.Scalar(_place(scalar.Start.Line), scalar.Value, scalar.Style != ScalarStyle.Plain),
            SequenceStart start => Sequence(start, depth),
            MappingStart start => Map(start, depth),
            AnchorAlias alias => Alias(alias),
            _ => throw Refused(current, "a value is missing", "give the key a value"),
        };
        if (current is NodeEvent { Anchor.IsEmpty: false } named && current is not AnchorAlias)
        {
            _anchors[named.Anchor.Value] = node;
        }

        return node;
    }

    private SpecNode.Sequence Sequence(SequenceStart start, int depth)
    {
        var values = new List<SpecNode>();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            values.Add(Node(depth + 1));
        }

        return new SpecNode.Sequence(_place(start.Start.Line), values);
    }

    private SpecNode.Map Map(MappingStart start, int depth)
    {
        var entries = new List<SpecNode.Entry>();
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            var key = _parser.Current as Scalar ?? throw Refused(_parser.Current!, "a key is no plain text", "write KEY: VALUE");
            _parser.MoveNext();
            entries.Add(new SpecNode.Entry(_place(key.Start.Line), key.Value, Node(depth + 1)));
        }

        return new SpecNode.Map(_place(start.Start.Line), entries);
    }

    private SpecNode Alias(AnchorAlias alias)
    {
        if (++_aliases > YamlLimits.Aliases)
        {
            throw Refused(alias, $"more than {YamlLimits.Aliases} aliases are used", "write the values out");
        }

        var node = _anchors.GetValueOrDefault(alias.Value.Value) ?? throw Refused(alias, $"nothing is called &{alias.Value.Value} above this line", "write the value out");
        Count(alias, Size(node));
        return node;
    }

    private void Count(ParsingEvent at, int more)
    {
        _nodes += more;
        if (_nodes > YamlLimits.Nodes)
        {
            throw Refused(at, $"the file has more than {YamlLimits.Nodes} values once its aliases are followed", "write less");
        }
    }

    private static int Size(SpecNode node) => node switch
    {
        SpecNode.Map map => 1 + map.Entries.Sum(e => Size(e.Value)),
        SpecNode.Sequence list => 1 + list.Values.Sum(Size),
        _ => 1,
    };

    private void Next<T>()
        where T : ParsingEvent
    {
        if (!_parser.MoveNext() || _parser.Current is not T)
        {
            throw new InputException($"{_source}: this is no YAML document. `r2ec spec init` shows the form of a spec.");
        }
    }

    private InputException Refused(ParsingEvent at, string rule, string remedy) => new($"{_place(at.Start.Line)}: {rule}; {remedy}.");

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('.', ' ', '\r');
}
