using System.Globalization;
using System.Text;
using System.Text.Json;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>
/// Amazon reviews and metadata. 2018: overall, reviewerID, asin, unixReviewTime (s). 2023: rating, user_id, parent_asin, timestamp (ms), and metadata with
/// average_rating and rating_number. Each line is read by the names that it has, so both may stand in one file.
/// </summary>
internal sealed class AmazonFormat(bool requirePrice) : IRawFormat
{
    public IComparer<string>? ItemOrder => null;

    public IEnumerable<RawEvent> Events(RawFile file, BrokenLines broken)
    {
        var lines = new LineReader(file);
        while (lines.Next())
        {
            if (AmazonReview.Read(lines.Line, lines.Number, out var review) is { } fault)
            {
                broken.Add(file, lines.Number, fault);
                continue;
            }

            yield return review;
        }
    }

    public IEnumerable<RawItem> Items(RawFile file, BrokenLines broken, Drops drops)
    {
        var lines = new LineReader(file);
        while (lines.Next())
        {
            var meta = new AmazonMeta();
            if (meta.Read(lines.Line) is { } fault)
            {
                broken.Add(file, lines.Number, fault);
                continue;
            }

            var (title, reason) = TitleRules.Judge(meta.Title);
            reason ??= requirePrice && !HasPrice(meta.Price) ? "no_price" : null;
            if (reason is not null)
            {
                drops.Add("items." + reason);
                continue;
            }

            yield return new RawItem(meta.Id, TitleRules.Clean(title), ItemText.Of(meta.Description), meta.AverageRating, meta.RatingCount, lines.Number)
            {
                Attributes = meta.Attributes(),
            };
        }
    }

    private static bool HasPrice(string? price)
    {
        if (price is null)
        {
            return false;
        }

        var bare = price.Trim();
        bare = (bare.StartsWith('$') ? bare[1..] : bare).Replace(",", "", StringComparison.Ordinal);
        return double.TryParse(bare, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
    }
}
