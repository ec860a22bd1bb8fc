using System.Globalization;
using System.Text;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Data.Prompts;

/// <summary>
/// Puts users and items of one data set into words. Pure: the same arguments give the same text. Chat templates and tokens are not its business; it gives
/// the texts of the turns. Thread-safe.
/// </summary>
public sealed class PromptWriter
{
    private const string Attribute = "attribute.";
    private readonly DataSet _set;
    private readonly PromptSpec _spec;
    private readonly PromptTemplate _user;
    private readonly PromptTemplate _line;
    private readonly PromptTemplate _item;
    private readonly PromptTemplate _unseenItem;
    private readonly PromptTemplate? _unseenTitle;

    /// <param name="set">The data set.</param>
    /// <param name="spec">Its templates.</param>
    /// <exception cref="InputException">A template names what is not there; all faults at once.</exception>
    public PromptWriter(DataSet set, PromptSpec spec)
    {
        var faults = PromptFaults.Of(spec, AttributeNames(set));
        if (faults.Count > 0)
        {
            throw new InputException(string.Join(Environment.NewLine, faults));
        }

        (_set, _spec) = (set, spec);
        _user = PromptTemplate.Cut(spec.User).Template;
        _line = PromptTemplate.Cut(spec.HistoryLine).Template;
        _item = PromptTemplate.Cut(spec.Item).Template;
        _unseenItem = spec.UnseenItem.Length == 0 ? _item : PromptTemplate.Cut(spec.UnseenItem).Template;
        _unseenTitle = spec.UnseenTitle.Length == 0 ? null : PromptTemplate.Cut(spec.UnseenTitle).Template;
    }

    /// <summary>Names of all attributes that an item of the data set has, in ordinal order.</summary>
    public static IReadOnlyCollection<string> AttributeNames(DataSet set) =>
        new SortedSet<string>(set.Items.SelectMany(i => i.Attributes.Keys), StringComparer.Ordinal);

    /// <summary>System turn; empty leaves it to the chat template.</summary>
    public string System => _spec.System;

    /// <summary>Text with which the answer begins.</summary>
    public string AssistantPrefix => _spec.AssistantPrefix;

    /// <summary>The marker behind an item's message.</summary>
    public string ItemSuffix => _spec.ItemSuffix;

    /// <summary>The user's message for a sample: its window, as of the target's time.</summary>
    public string User(Sample sample) => User(_set.WindowOf(sample), _set.Target(sample).TimeMs);

    /// <summary>The user's message for any events.</summary>
    /// <param name="window">Events to show, oldest first.</param>
    /// <param name="nowMs">What ages count back from, milliseconds since 1970.</param>
    public string User(ReadOnlySpan<Event> window, long nowMs) => User(window, nowMs, static () => 1, 0, 0);

    /// <summary>The user's message with chance in it, for training: events left out, titles shown as if training had never seen them.</summary>
    /// <param name="window">Events to choose from, oldest first.</param>
    /// <param name="nowMs">What ages count back from, milliseconds since 1970.</param>
    /// <param name="uniform">Draws from [0, 1): one per event where <paramref name="drop"/> is not 0, then one per shown event where <paramref name="plain"/> is not 0.</param>
    /// <param name="drop">Probability that an event is left out; the last one stays where all would go.</param>
    /// <param name="plain">Probability that a title is shown by its attributes.</param>
    public string User(ReadOnlySpan<Event> window, long nowMs, Func<double> uniform, double drop, double plain)
    {
        var history = Lines(Kept(window, uniform, drop), nowMs, uniform, plain);
        var text = new StringBuilder();
        _user.Fill(text, (to, hole) => to.Append(hole.Name == "history" ? history : Thing(hole.Name)));
        return text.ToString();
    }

    /// <summary>An item's message, without the marker.</summary>
    /// <param name="id">1 to N.</param>
    /// <param name="plain">Whether it is written as if training had never seen the item.</param>
    /// <param name="textWords">Words of the description at most; null as the spec says.</param>
    public string Item(int id, bool plain = false, int? textWords = null)
    {
        var text = new StringBuilder();
        var item = _set.Items[id];
        (Unseen(id, plain) ? _unseenItem : _item).Fill(text, (to, hole) => AppendItem(to, item, hole, plain, textWords ?? _spec.TextWords));
        return text.ToString();
    }

    /// <summary>What {title} shows of an item.</summary>
    /// <param name="id">1 to N.</param>
    /// <param name="plain">Whether it is shown as if training had never seen the item.</param>
    public string Title(int id, bool plain = false)
    {
        var item = _set.Items[id];
        var title = Words.Cut(item.Title, _spec.TitleWords);
        if (_unseenTitle is null || !Unseen(id, plain))
        {
            return title;
        }

        var text = new StringBuilder();
        _unseenTitle.Fill(text, (to, hole) =>
        {
            if (hole.Name == "title")
            {
                to.Append(title);
            }
            else
            {
                AppendAttribute(to, item, hole);
            }
        });
        return text.ToString();
    }

    /// <summary>Whether the training period shows the item; where it does not, the templates for unseen items apply.</summary>
    public bool Seen(int id) => _set.TrainingCount(id) > 0;

    private bool Unseen(int id, bool plain) => plain || !Seen(id);

    private static ReadOnlySpan<Event> Kept(ReadOnlySpan<Event> window, Func<double> uniform, double drop)
    {
        if (drop <= 0)
        {
            return window;
        }

        var kept = new List<Event>();
        foreach (var e in window)
        {
            if (uniform() >= drop)
            {
                kept.Add(e);
            }
        }

        return kept.Count > 0 ? kept.ToArray() : window[^Math.Min(1, window.Length)..];
    }

    private string Lines(ReadOnlySpan<Event> window, long nowMs, Func<double> uniform, double plain)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < window.Length; i++)
        {
            var e = window[i];
            var cold = plain > 0 && uniform() < plain;
            lines.Append(i > 0 ? _spec.HistorySeparator : "");
            _line.Fill(lines, (to, hole) => AppendEvent(to, e, hole, nowMs, cold));
        }

        return lines.ToString();
    }

    private void AppendEvent(StringBuilder to, Event e, Placeholder hole, long nowMs, bool plain)
    {
        var age = TimeSpan.FromMilliseconds(Math.Max(0, nowMs - e.TimeMs));
        switch (hole.Name)
        {
            case "age":
                to.Append(_spec.AgeStyle == "days" ? Age.Days(age) : Age.Text(age));
                break;
            case "rating":
                to.Append(Number(e.Rating, hole.Limit));
                break;
            default:
                AppendItem(to, _set.Items[e.Item], hole, plain, _spec.TextWords);
                break;
        }
    }

    private void AppendItem(StringBuilder to, Item item, Placeholder hole, bool plain, int textWords)
    {
        switch (hole.Name)
        {
            case "title":
                to.Append(Title(item.Id, plain));
                break;
            case "text":
                to.Append(Words.Cut(item.Text, textWords));
                break;
            case "average_rating":
                to.Append(Number(item.AverageRating, hole.Limit));
                break;
            case "rating_count":
                to.Append(item.RatingCount.ToString(CultureInfo.InvariantCulture));
                break;
            case "thing" or "things":
                to.Append(Thing(hole.Name));
                break;
            default:
                AppendAttribute(to, item, hole);
                break;
        }
    }

    private static void AppendAttribute(StringBuilder to, Item item, Placeholder hole)
    {
        var values = item.Values(hole.Name[Attribute.Length..]);
        to.Append(values.Count == 0 ? hole.Fallback : string.Join(' ', hole.Limit < 0 ? values : values.Take(hole.Limit)));
    }

    private string Thing(string name) => name == "thing" ? _spec.Thing : _spec.Things;

    private static string Number(double value, int places) => places < 0 ? Decimals.Shortest(value) : Decimals.Fixed(value, places);
}
