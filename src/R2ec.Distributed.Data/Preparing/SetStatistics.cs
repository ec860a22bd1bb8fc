using System.Globalization;
using System.Text.Json;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>What a person wants to know of a data set before training on it.</summary>
internal sealed class SetStatistics
{
    private readonly DataSet _set;
    private readonly SortedDictionary<string, double> _numbers = new(StringComparer.Ordinal);
    private readonly string _first;
    private readonly string _last;
    private readonly TimeWindow _window;

    public SetStatistics(DataSet set, TimeWindow window)
    {
        (_set, _window) = (set, window);
        var perUser = new int[set.UserCount];
        var perItem = new int[set.ItemCount];
        var (same, pairs, sum, first, last) = (0L, 0L, 0.0, long.MaxValue, long.MinValue);
        for (var user = 0; user < set.UserCount; user++)
        {
            var own = set.Events(user);
            perUser[user] = own.Length;
            for (var i = 0; i < own.Length; i++)
            {
                perItem[own[i].Item - 1]++;
                sum += own[i].Rating;
                (first, last) = (Math.Min(first, own[i].TimeMs), Math.Max(last, own[i].TimeMs));
                same += i > 0 && own[i].TimeMs == own[i - 1].TimeMs ? 1 : 0;
            }

            pairs += Math.Max(0, own.Length - 1);
        }

        Array.Sort(perUser);
        Array.Sort(perItem);
        (_first, _last) = (Day(first), Day(last));
        _numbers["density"] = (double)set.InteractionCount / set.UserCount / set.ItemCount;
        _numbers["mean_rating"] = sum / set.InteractionCount;
        _numbers["events_per_user_median"] = perUser[perUser.Length / 2];
        _numbers["events_per_user_max"] = perUser[^1];
        _numbers["events_per_item_median"] = perItem[perItem.Length / 2];
        _numbers["events_per_item_max"] = perItem[^1];
        _numbers["same_time_fraction"] = pairs == 0 ? 0 : (double)same / pairs;
        _numbers["cold_target_fraction_test"] = set.Samples(Split.Test).Count(s => set.TrainingCount(set.Target(s).Item) == 0) / (double)set.Samples(Split.Test).Count;
    }

    public SortedDictionary<string, JsonElement> Json()
    {
        var json = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in _numbers)
        {
            json[name] = Manifests.Value(Math.Round(value, 6));
        }

        json["first_day"] = Manifests.Value(_first);
        json["last_day"] = Manifests.Value(_last);
        json["growth_steps"] = Manifests.Value(_window.GrowthSteps);
        json["start_reached"] = Manifests.Value(_window.Start?.ToString());
        return json;
    }

    public IReadOnlyList<string> Lines(IReadOnlyDictionary<string, long> dropped)
    {
        var (train, valid, test) = (_set.Samples(Split.Train).Count, _set.Samples(Split.Valid).Count, _set.Samples(Split.Test).Count);
        var lines = new List<string>
        {
            $"users         {_set.UserCount}",
            $"items         {_set.ItemCount}",
            $"interactions  {_set.InteractionCount}, density {Percent("density")}, mean rating {Number("mean_rating", 2)}",
            $"samples       {train} train, {valid} valid, {test} test, window {_set.Window}",
            $"time          {_first} to {_last}; {Percent("same_time_fraction")} of a user's consecutive events share their time",
            $"per user      {Number("events_per_user_median", 0)} events in the median, {Number("events_per_user_max", 0)} at most",
            $"per item      {Number("events_per_item_median", 0)} events in the median, {Number("events_per_item_max", 0)} at most",
            $"cold          {Percent("cold_target_fraction_test")} of the test targets never occur in training",
        };
        if (_window.GrowthSteps > 0)
        {
            lines.Add($"start         moved back to {_window.Start} in {_window.GrowthSteps} steps, looking for more items");
        }

        lines.AddRange(dropped.Select(d => $"left out      {d.Value} {d.Key.Replace('.', ' ').Replace('_', ' ')}"));
        return lines;
    }

    private string Percent(string name) => (_numbers[name] * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private string Number(string name, int places) => _numbers[name].ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Day(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
