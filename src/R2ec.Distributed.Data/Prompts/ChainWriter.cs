using System.Text;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Data.Baselines;

namespace R2ec.Distributed.Data.Prompts;

/// <summary>
/// The warm start's teacher. Draws come from a source of uniform numbers in [0, 1), in a fixed order: one per letter whose source leaves a choice, in
/// ordinal order of the letters, then those for the template's values from left to right. Thread-safe if the source is.
/// </summary>
public sealed class ChainWriter
{
    /// <summary>Keeps an event that never occurs near the target drawable.</summary>
    private const double LeastNearness = 1e-3;

    private readonly DataSet _set;
    private readonly PromptWriter _prompts;
    private readonly PromptTemplate _template;
    private readonly KeyValuePair<string, string>[] _plausible;
    private readonly KeyValuePair<string, string>[] _hindsight;
    private readonly Lazy<Nearness> _near;

    /// <param name="set">The data set.</param>
    /// <param name="prompts">Shows titles as prompts do.</param>
    /// <param name="spec">Template and sources.</param>
    /// <exception cref="InputException">The template or a source names what is not there; all faults at once.</exception>
    public ChainWriter(DataSet set, PromptWriter prompts, ChainSpec spec)
    {
        var faults = PromptFaults.Of(spec, PromptWriter.AttributeNames(set));
        if (faults.Count > 0)
        {
            throw new InputException(string.Join(Environment.NewLine, faults));
        }

        (_set, _prompts, _template) = (set, prompts, PromptTemplate.Cut(spec.Template).Template);
        _plausible = [.. spec.Plausible.OrderBy(s => s.Key, StringComparer.Ordinal)];
        _hindsight = [.. spec.Hindsight.OrderBy(s => s.Key, StringComparer.Ordinal)];
        _near = new Lazy<Nearness>(() => new Nearness(set));
    }

    /// <summary>A chain that sees the sample's window only, the marker at its end.</summary>
    public string Plausible(Sample sample, Func<double> uniform) => Write(sample, _plausible, uniform);

    /// <summary>A chain written with the target known. It may be scored against the target, never sampled from.</summary>
    public string Hindsight(Sample sample, Func<double> uniform) => Write(sample, _hindsight, uniform);

    private string Write(Sample sample, KeyValuePair<string, string>[] sources, Func<double> uniform)
    {
        var window = _set.WindowOf(sample);
        var target = _set.Target(sample).Item;
        var items = new Dictionary<string, Item>(sources.Length, StringComparer.Ordinal);
        foreach (var (letter, source) in sources)
        {
            items[letter] = _set.Items[Draw(source, window, target, uniform)];
        }

        var text = new StringBuilder();
        _template.Fill(text, (to, hole) => Append(to, hole, items, uniform));
        return text.ToString();
    }

    private int Draw(string source, ReadOnlySpan<Event> window, int target, Func<double> uniform)
    {
        switch (source)
        {
            case ChainSource.Target:
                return target;
            case ChainSource.History:
                return window[Index(window.Length, uniform)].Item;
            case ChainSource.Near:
                return DrawNear(window, target, uniform);
            default:
                return DrawMatch(source[ChainSource.Match.Length..], window, target, uniform);
        }
    }

    private int DrawMatch(string attribute, ReadOnlySpan<Event> window, int target, Func<double> uniform)
    {
        var wanted = _set.Items[target].Values(attribute);
        var sharing = new List<int>();
        foreach (var e in window)
        {
            if (_set.Items[e.Item].Values(attribute).Any(wanted.Contains))
            {
                sharing.Add(e.Item);
            }
        }

        return sharing.Count == 0 ? target : sharing[Index(sharing.Count, uniform)];
    }

    private int DrawNear(ReadOnlySpan<Event> window, int target, Func<double> uniform)
    {
        var weights = new double[window.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = _near.Value.Of(target, window[i].Item) + LeastNearness;
        }

        var left = uniform() * weights.Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return window[i].Item;
            }
        }

        return window[^1].Item;
    }

    private void Append(StringBuilder to, Placeholder hole, Dictionary<string, Item> items, Func<double> uniform)
    {
        var (letter, field) = ChainHole.Parts(hole.Name);
        var item = items[letter];
        if (field == "title")
        {
            to.Append(_prompts.Title(item.Id));
            return;
        }

        var values = item.Values(field);
        to.Append(values.Count == 0 ? hole.Fallback : string.Join(' ', hole.Limit < 0 ? values : DrawSome(values, hole.Limit, uniform)));
    }

    // Up to so many of the values, each as likely as any other, in ordinal order.
    private static string[] DrawSome(IReadOnlyList<string> values, int most, Func<double> uniform)
    {
        var drawn = values.ToArray();
        for (var i = 0; i < most && most < drawn.Length; i++)
        {
            var other = i + Index(drawn.Length - i, uniform);
            (drawn[i], drawn[other]) = (drawn[other], drawn[i]);
        }

        drawn = drawn[..Math.Min(most, drawn.Length)];
        Array.Sort(drawn, StringComparer.Ordinal);
        return drawn;
    }

    private static int Index(int count, Func<double> uniform) => Math.Min(count - 1, (int)(uniform() * count));
}
