using System.Text.Json;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data.Storage;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>Writes down what was asked for and what came of it. No clock, no absolute path: the same input has the same manifest.</summary>
internal static class Manifests
{
    public static DataSetManifest Of(
        DataSet set, PrepareOptions options, SortedDictionary<string, long> dropped, IReadOnlyList<FileEntry> sources, SetStatistics statistics, IReadOnlyList<FileEntry> files) =>
        new()
        {
            SchemaVersion = DataSetManifest.CurrentSchema,
            Format = Name(options.Format),
            Counts = new DataSetCounts(
                set.UserCount,
                set.ItemCount,
                set.InteractionCount,
                new SampleCounts(set.Samples(Split.Train).Count, set.Samples(Split.Valid).Count, set.Samples(Split.Test).Count)),
            Window = set.Window,
            Dropped = dropped,
            Options = Options(options),
            Sources = sources,
            Statistics = statistics.Json(),
            Files = files,
        };

    public static JsonElement Value<T>(T value) => value switch
    {
        null => JsonElement.Parse("null"),
        string text => JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\""),
        bool truth => JsonElement.Parse(truth ? "true" : "false"),
        double number => JsonElement.Parse(number.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        int number => JsonElement.Parse(number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "No value of a manifest."),
    };

    private static SortedDictionary<string, JsonElement> Options(PrepareOptions options) => new(StringComparer.Ordinal)
    {
        ["start"] = Value(options.Start?.ToString()),
        ["end"] = Value(options.End?.ToString()),
        ["k_core"] = Value(options.KCore),
        ["window"] = Value(options.Window),
        ["min_items"] = Value(options.MinItems),
        ["min_item_events"] = Value(options.MinItemEvents),
        ["min_user_events"] = Value(options.MinUserEvents),
        ["min_rating"] = options.MinRating is { } rating ? Value(rating) : Value<string?>(null),
        ["require_price"] = Value(options.RequirePrice),
        ["item_statistics"] = Value(options.ItemStatistics == ItemStatistics.Train ? "train" : "visible"),
        ["max_broken_lines"] = Value(options.MaxBrokenLines),
    };

    private static string Name(PrepareFormat format) => format switch
    {
        PrepareFormat.Amazon => "amazon",
        PrepareFormat.MovieLens => "movielens",
        _ => "csv",
    };
}
