using R2ec.Distributed.Core;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>Counts lines that are no record, names the first ones, and ends the work when there are too many.</summary>
internal sealed class BrokenLines(int limit)
{
    private const int Named = 20;
    private readonly List<string> _first = [];

    public long Count { get; private set; }

    public IReadOnlyList<string> First => _first;

    /// <exception cref="InputException">More than the limit.</exception>
    public void Add(RawFile file, long line, string fault)
    {
        Count++;
        if (_first.Count < Named)
        {
            _first.Add($"{file.Name}, line {line}: {fault}");
        }

        if (Count > limit)
        {
            throw new InputException(
                $"More than {limit} broken lines (--max-broken-lines); the last one is {file.Path}, line {line}: {fault}. The first ones:{Environment.NewLine}  " +
                string.Join(Environment.NewLine + "  ", _first.Take(5)) + $"{Environment.NewLine}Check --format and the files, or raise the limit.");
        }
    }
}
