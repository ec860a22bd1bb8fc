using R2ec.Distributed.Core;
using R2ec.Distributed.Data.Storage;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>
/// Makes a data set of raw files. The metadata are read twice (which items there are; then the texts of those that are left), the interactions once; what is
/// held are ids, times and ratings of interactions that may be kept, never the files' texts.
/// </summary>
public sealed class Preparation
{
    private readonly PrepareOptions _options;
    private readonly IRawFormat _format;
    private readonly IProgress<PrepareProgress>? _progress;
    private readonly CancellationToken _stop;
    private readonly Drops _drops = new();
    private readonly BrokenLines _broken;

    private Preparation(PrepareOptions options, IProgress<PrepareProgress>? progress, CancellationToken stop)
    {
        (_options, _progress, _stop) = (options, progress, stop);
        _broken = new BrokenLines(options.MaxBrokenLines);
        _format = options.Format switch
        {
            PrepareFormat.Amazon => new AmazonFormat(options.RequirePrice),
            PrepareFormat.MovieLens => new MovieLensFormat(),
            PrepareFormat.Csv => new CsvFormat(),
            _ => throw new InputException($"--format {options.Format} is not known: amazon, movielens or csv."),
        };
    }

    /// <summary>Prepares and writes a data set. The folder appears whole or not at all; the same files and options give the same bytes.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="progress">Told now and then; may be null.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left.</param>
    /// <exception cref="InputException">Senseless options, an existing folder, unreadable or torn files, too many broken lines, too few samples, a full disk.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static PrepareReport Run(PrepareOptions options, IProgress<PrepareProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options.Check();
        DataSetWriter.NeedFree(options.Out);
        return new Preparation(options, progress, cancellationToken).Run();
    }

    private PrepareReport Run()
    {
        var (catalogue, itemsEntry) = ReadCatalogue();
        var (table, eventsEntry) = ReadEvents(catalogue);
        var window = TimeWindow.Of(table, catalogue.Count, _options, _drops);
        var draft = Draft.Of(window.Kept, catalogue, table.UserNames, _format.ItemOrder);
        _drops.Add("items.no_interactions", catalogue.Count - draft.ItemIds.Count);
        _drops.Add("lines.broken", _broken.Count);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_options.Out)));
        DataSet shape;
        try
        {
            shape = DataSet.Checked(draft.NamelessItems(), draft.Users, draft.Offsets, draft.Events, double.NegativeInfinity, 1, name, _options.Window);
        }
        catch (InputException fault)
        {
            throw new InputException(fault.Message + TooSmallBecause(), fault);
        }

        var numbers = _options.ItemStatistics == ItemStatistics.Train ? ItemNumbers.Train(shape) : ItemNumbers.Visible(table, draft, catalogue);
        var items = ReadItems(draft, numbers);
        var set = new DataSet(name, items, draft.Users, draft.Offsets, draft.Events, shape.Cut, _options.Window, null);
        var statistics = new SetStatistics(set, window);
        _progress?.Report(new PrepareProgress("writing", 0, 1));
        DataSetWriter.Write(set, _options.Out, files => Manifests.Of(set, _options, _drops.Counts, [itemsEntry, eventsEntry], statistics, files));
        return new PrepareReport(set, _drops.Counts, _broken.First, _broken.Count, window.Start, window.GrowthSteps, statistics.Lines(_drops.Counts));
    }

    // Place of each usable item in the metadata's order; the first line of an id wins.
    private (Dictionary<string, int> Places, FileEntry Entry) ReadCatalogue()
    {
        using var file = new RawFile(_options.Items, "--items");
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in _format.Items(file, _broken, _drops))
        {
            if (!places.TryAdd(item.Id, places.Count))
            {
                _drops.Add("items.duplicate");
            }

            Tell(file, item.Line);
        }

        return (places, file.Entry());
    }

    private (EventTable Table, FileEntry Entry) ReadEvents(Dictionary<string, int> catalogue)
    {
        using var file = new RawFile(_options.Interactions, "--interactions");
        var table = EventTable.Read(_format.Events(file, _broken), catalogue, _options, _drops, line => Tell(file, line));
        return (table, file.Entry());
    }

    private Item[] ReadItems(Draft draft, ItemNumbers numbers)
    {
        var items = new Item[draft.ItemIds.Count + 1];
        items[0] = Item.Padding;
        using var file = new RawFile(_options.Items, "--items");
        foreach (var raw in _format.Items(file, new BrokenLines(int.MaxValue), new Drops()))
        {
            Tell(file, raw.Line);
            if (draft.ItemIds.TryGetValue(raw.Id, out var id) && items[id] is null)
            {
                var (mean, count) = numbers.Of(id);
                items[id] = new Item(id, raw.Id, raw.Title, raw.Text, raw.AverageRating ?? mean, raw.RatingCount ?? count, raw.Attributes);
            }
        }

        return Array.TrueForAll(items, i => i is not null) ? items : throw new InputException($"--items {_options.Items} changed while it was read. Try again.");
    }

    private void Tell(RawFile file, long line)
    {
        const int every = 8192;
        if (line % every == 0)
        {
            _stop.ThrowIfCancellationRequested();
            _progress?.Report(new PrepareProgress(file.Name, line, file.Fraction));
        }
    }

    private string TooSmallBecause() =>
        _drops.Counts.Count == 0 ? "" : " Left out so far: " + string.Join(", ", _drops.Counts.Select(d => $"{d.Key} {d.Value}")) + ".";
}
