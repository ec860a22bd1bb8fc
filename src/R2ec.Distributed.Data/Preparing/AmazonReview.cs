using System.Text.Json;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>One line of an Amazon review file.</summary>
internal static class AmazonReview
{
    private const long MaxSeconds = 253_402_300_799;    // the last second of year 9999

    /// <returns>Null, or what is wrong with the line.</returns>
    public static string? Read(ReadOnlySpan<byte> line, long number, out RawEvent review)
    {
        string? user = null, item = null, parent = null;
        double? rating = null;
        long? seconds = null, milliseconds = null;
        review = default;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return "no JSON object";
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var field = Field(ref json);
                json.Read();
                switch (field)
                {
                    case 'u':
                        user = Text(ref json);
                        break;
                    case 'p':
                        parent = Text(ref json);
                        break;
                    case 'i':
                        item = Text(ref json);
                        break;
                    case 'r':
                        rating = json.TokenType == JsonTokenType.Number && json.TryGetDouble(out var r) ? r : null;
                        break;
                    case 's':
                        seconds = json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var s) ? s : null;
                        break;
                    case 'm':
                        milliseconds = json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var m) ? m : null;
                        break;
                    default:
                        json.Skip();
                        break;
                }
            }

            json.Read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return "no whole JSON object";
        }

        item = parent ?? item;
        var time = milliseconds ?? (seconds is >= -MaxSeconds and <= MaxSeconds ? seconds * 1000 : null);
        var missing = string.IsNullOrEmpty(user) ? "user (reviewerID or user_id, a text)"
            : string.IsNullOrEmpty(item) ? "item (asin or parent_asin, a text)"
            : rating is null || !double.IsFinite(rating.Value) ? "rating (overall or rating, a number)"
            : time is null or < -MaxSeconds * 1000 or > MaxSeconds * 1000 ? "time (unixReviewTime in seconds or timestamp in milliseconds, a whole number)"
            : null;
        if (missing is not null)
        {
            return "no " + missing;
        }

        review = new RawEvent(user!, item!, (float)rating!.Value, time!.Value, number);
        return null;
    }

    private static char Field(ref Utf8JsonReader json) =>
        json.ValueTextEquals("reviewerID"u8) || json.ValueTextEquals("user_id"u8) ? 'u'
        : json.ValueTextEquals("parent_asin"u8) ? 'p'
        : json.ValueTextEquals("asin"u8) ? 'i'
        : json.ValueTextEquals("overall"u8) || json.ValueTextEquals("rating"u8) ? 'r'
        : json.ValueTextEquals("unixReviewTime"u8) ? 's'
        : json.ValueTextEquals("timestamp"u8) ? 'm'
        : ' ';

    // A value of another kind than text is as good as none; an object must be read over whole.
    private static string? Text(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.String)
        {
            return json.GetString();
        }

        json.Skip();
        return null;
    }
}
