using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data.Storage;

namespace R2ec.Distributed.Data;

/// <summary>
/// A prepared data set: catalogue, events per user in order of time, and samples in three splits. Immutable; any thread may read it.
/// Spans stay valid as long as the data set is alive.
/// </summary>
public sealed class DataSet
{
    private readonly Event[] _events;
    private readonly int[] _offsets;
    private readonly string[] _users;
    private readonly Item[] _items;
    private readonly SampleCut _samples;
    private readonly Lazy<int[]> _trainingLengths;
    private readonly Lazy<int[]> _trainingCounts;
    private readonly Lazy<string> _digest;

    internal DataSet(string name, Item[] items, string[] users, int[] offsets, Event[] events, SampleCut samples, int window, string? digest)
    {
        (Name, _items, _users, _offsets, _events, _samples, Window) = (name, items, users, offsets, events, samples, window);
        _digest = new Lazy<string>(() => digest ?? DataSetFiles.Digest(this));
        _trainingLengths = new Lazy<int[]>(FindTrainingLengths);
        _trainingCounts = new Lazy<int[]>(CountTrainingEvents);
    }

    /// <summary>Names of the files of a prepared folder, its manifest among them.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [DataSetFiles.Manifest, .. DataSetFiles.Names];

    /// <summary>What the data set calls itself: the folder's name, or that of the embedded world.</summary>
    public string Name { get; }

    /// <summary>SHA-256, 64 hex digits, over the hashes of the data set's files; the same bytes have the same digest wherever they stand.</summary>
    public string Digest => _digest.Value;

    /// <summary>N + 1 items; [0] is <see cref="Item.Padding"/>, [id] the item of that id.</summary>
    public IReadOnlyList<Item> Items => _items;

    /// <summary>N, without the padding item.</summary>
    public int ItemCount => _items.Length - 1;

    /// <summary>U, users with one event included.</summary>
    public int UserCount => _users.Length;

    /// <summary>Events of all users.</summary>
    public int InteractionCount => _events.Length;

    /// <summary>How many of the latest events a prompt lists.</summary>
    public int Window { get; }

    internal ReadOnlySpan<int> Offsets => _offsets;

    internal ReadOnlySpan<Event> AllEvents => _events;

    internal SampleCut Cut => _samples;

    /// <summary>All events of a user, by time; events of one time keep the source's order.</summary>
    public ReadOnlySpan<Event> Events(int user) => _events.AsSpan(_offsets[user], _offsets[user + 1] - _offsets[user]);

    /// <summary>The user's name in the source.</summary>
    public string UserName(int user) => _users[user];

    /// <summary>Samples of a split, by (target time, user, position).</summary>
    public IReadOnlyList<Sample> Samples(Split split) => _samples[split];

    /// <summary>All events of the user before the target.</summary>
    public ReadOnlySpan<Event> History(Sample sample) => Events(sample.User)[..sample.Position];

    /// <summary>The last <see cref="Window"/> events before the target.</summary>
    public ReadOnlySpan<Event> WindowOf(Sample sample) => Events(sample.User)[Math.Max(0, sample.Position - Window)..sample.Position];

    /// <summary>The event that is to be foretold.</summary>
    public Event Target(Sample sample) => _events[_offsets[sample.User] + sample.Position];

    /// <summary>What training may know of a user: the events up to their last training target, that one included. Empty for users without one.</summary>
    public ReadOnlySpan<Event> TrainingEvents(int user) => Events(user)[.._trainingLengths.Value[user]];

    /// <summary>How often an item occurs in the <see cref="TrainingEvents"/> of all users; 0 for an item that training never sees.</summary>
    public int TrainingCount(int item) => _trainingCounts.Value[item];

    /// <summary>The same data with other targets, cut 8:1:1 anew.</summary>
    /// <param name="minRating">A target is rated at least so, in the source's unit.</param>
    /// <param name="minHistory">A target has at least so many events before it; less than 1 counts as 1.</param>
    /// <exception cref="InputException">Too few samples are left for three parts.</exception>
    public DataSet WithTargets(double minRating, int minHistory) => Checked(_items, _users, _offsets, _events, minRating, minHistory, Name, Window);

    /// <summary>The same data with another window.</summary>
    /// <param name="window">Events in a prompt, at least 1.</param>
    public DataSet WithWindow(int window) => window == Window ? this : new DataSet(Name, _items, _users, _offsets, _events, _samples, CheckedWindow(window), null);

    /// <summary>Reads a prepared data set.</summary>
    /// <param name="folder">The folder that `prepare` wrote.</param>
    /// <param name="verifyHashes">Whether the files' hashes are checked too; their sizes and the ranges of all ids always are.</param>
    /// <exception cref="InputException">No data set there, one of another schema version, a missing or a damaged file.</exception>
    public static DataSet Load(string folder, bool verifyHashes = false) => DataSetReader.Read(folder, verifyHashes);

    /// <summary>A data set from memory.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="items">The catalogue without padding; ids 1 to N in order.</param>
    /// <param name="users">Users in any order, with events in any order.</param>
    /// <param name="window">Events in a prompt, at least 1.</param>
    /// <param name="minRating">A target is rated at least so.</param>
    /// <param name="minHistory">A target has at least so many events before it.</param>
    /// <exception cref="InputException">Too few samples for three parts.</exception>
    /// <exception cref="ArgumentException">Ids out of order or out of range, a user named twice.</exception>
    public static DataSet Create(string name, IReadOnlyList<Item> items, IReadOnlyList<UserHistory> users, int window, double minRating = double.NegativeInfinity, int minHistory = 1)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Id != i + 1)
            {
                throw new ArgumentException($"Item {i + 1} has the id {items[i].Id}: ids are 1 to N in order.", nameof(items));
            }
        }

        var sorted = users.OrderBy(u => u.Name, StringComparer.Ordinal).ToArray();
        var (offsets, events) = (new int[sorted.Length + 1], new List<Event>());
        for (var u = 0; u < sorted.Length; u++)
        {
            if (u > 0 && sorted[u].Name == sorted[u - 1].Name)
            {
                throw new ArgumentException($"User {sorted[u].Name} is named twice.", nameof(users));
            }

            events.AddRange(sorted[u].Events.OrderBy(e => e.TimeMs));
            offsets[u + 1] = events.Count;
        }

        if (events.Exists(e => e.Item < 1 || e.Item > items.Count))
        {
            throw new ArgumentException($"An event names an item outside 1 to {items.Count}.", nameof(users));
        }

        return Checked([Item.Padding, .. items], [.. sorted.Select(u => u.Name)], offsets, [.. events], minRating, minHistory, name, window);
    }

    internal static DataSet Checked(Item[] items, string[] users, int[] offsets, Event[] events, double minRating, int minHistory, string name, int window)
    {
        var cut = SampleCut.Of(events, offsets, minRating, minHistory);
        if (cut.Train.Length == 0 || cut.Valid.Length == 0 || cut.Test.Length == 0)
        {
            throw new InputException(
                $"Data set {name} is too small for its split: {cut.Count} samples give {cut.Train.Length} train, {cut.Valid.Length} valid and {cut.Test.Length} test; " +
                "each part needs at least one. Give more interactions, a wider time window, or weaker filters.");
        }

        return new DataSet(name, items, users, offsets, events, cut, CheckedWindow(window), null);
    }

    private static int CheckedWindow(int window) =>
        window >= 1 ? window : throw new InputException($"A window of {window} events cannot hold a history: give at least 1.");

    private int[] FindTrainingLengths()
    {
        var lengths = new int[UserCount];
        foreach (var sample in _samples.Train)
        {
            lengths[sample.User] = Math.Max(lengths[sample.User], sample.Position + 1);
        }

        return lengths;
    }

    private int[] CountTrainingEvents()
    {
        var counts = new int[_items.Length];
        for (var user = 0; user < UserCount; user++)
        {
            foreach (var e in TrainingEvents(user))
            {
                counts[e.Item]++;
            }
        }

        return counts;
    }
}
