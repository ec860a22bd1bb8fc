using System.Text;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>
/// A csv file with a header line (RFC 4180; comma, semicolon or tab, whichever the header has), read row by row. Column names match without regard to
/// case. A row with another number of fields, a quotation mark in the wrong place, or bytes that are no UTF-8 is broken and skipped.
/// </summary>
internal sealed class CsvTable
{
    /// <summary>A longer row means a quotation mark that never closes.</summary>
    private const int MaxRowBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly RawFile _file;
    private readonly BrokenLines _broken;
    private readonly LineReader _lines;
    private readonly List<string> _fields = [];
    private readonly char _separator;

    /// <exception cref="InputException">No header, or a torn file.</exception>
    public CsvTable(RawFile file, BrokenLines broken)
    {
        (_file, _broken, _lines) = (file, broken, new LineReader(file));
        if (!_lines.Next())
        {
            throw new InputException($"{file.Path} is empty: the first line must name the columns.");
        }

        var header = Encoding.UTF8.GetString(_lines.Line);
        _separator = header.Contains(',', StringComparison.Ordinal) ? ',' : header.Contains('\t', StringComparison.Ordinal) ? '\t' : header.Contains(';', StringComparison.Ordinal) ? ';' : ',';
        Line = _lines.Number;
        Split(header.TrimEnd('\r'));
        Columns = [.. _fields.Select(f => f.Trim())];
    }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>Line of the file on which the current row begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Index of the first of the names that the header has.</summary>
    /// <exception cref="InputException">The header has none of them.</exception>
    public int Need(params string[] names) => Find(names) is var at and >= 0
        ? at
        : throw new InputException($"{_file.Path}, line 1: no column {string.Join(" or ", names)}; there are {string.Join(", ", Columns)}. Rename the column or check --format.");

    /// <summary>Like <see cref="Need"/>, −1 where there is none.</summary>
    public int Find(params string[] names)
    {
        foreach (var name in names)
        {
            for (var i = 0; i < Columns.Count; i++)
            {
                if (string.Equals(Columns[i], name, StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }
        }

        return -1;
    }

    /// <summary>Goes to the next whole row.</summary>
    public bool Next()
    {
        while (_lines.Next())
        {
            Line = _lines.Number;
            var fault = ReadRow();
            fault ??= _fields.Count != Columns.Count ? $"{_fields.Count} fields where the header has {Columns.Count}" : null;
            if (fault is null)
            {
                return true;
            }

            Broken(fault);
        }

        return false;
    }

    /// <summary>A field of the current row; empty for column −1.</summary>
    public string Field(int column) => column < 0 ? "" : _fields[column];

    public void Broken(string fault) => _broken.Add(_file, Line, fault);

    private string? ReadRow()
    {
        try
        {
            var row = Strict.GetString(_lines.Line).TrimEnd('\r');
            while (Split(row) is { } open)
            {
                if (open != Open)
                {
                    return open;
                }

                if (row.Length > MaxRowBytes || !_lines.NextAny())
                {
                    throw new InputException($"{_file.Path}, line {Line}: a quotation mark opens here and does not close. Mend the file.");
                }

                row += "\n" + Strict.GetString(_lines.Line).TrimEnd('\r');
            }

            return null;
        }
        catch (DecoderFallbackException)
        {
            return "bytes that are no UTF-8";
        }
    }

    private const string Open = "a quotation mark that does not close";

    // Fills the fields; null, or what is wrong.
    private string? Split(string row)
    {
        _fields.Clear();
        var at = 0;
        while (true)
        {
            if (at < row.Length && row[at] == '"')
            {
                var field = new StringBuilder();
                at++;
                while (true)
                {
                    var quote = row.IndexOf('"', at);
                    if (quote < 0)
                    {
                        return Open;
                    }

                    field.Append(row, at, quote - at);
                    at = quote + 1;
                    if (at >= row.Length || row[at] != '"')
                    {
                        break;
                    }

                    field.Append('"');
                    at++;
                }

                _fields.Add(field.ToString());
                if (at < row.Length && row[at] != _separator)
                {
                    return "text behind a closing quotation mark";
                }
            }
            else
            {
                var end = row.IndexOf(_separator, at);
                end = end < 0 ? row.Length : end;
                _fields.Add(row[at..end]);
                at = end;
            }

            if (at >= row.Length)
            {
                return null;
            }

            at++;
        }
    }
}
