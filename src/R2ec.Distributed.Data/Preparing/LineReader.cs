using R2ec.Distributed.Core;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>Cuts a raw file into lines of bytes, without a copy per line. Holds one line at a time, so memory does not grow with the file.</summary>
internal sealed class LineReader(RawFile file)
{
    /// <summary>A longer line is no record of these formats: the file is something else.</summary>
    private const int MaxLineBytes = 64 * 1024 * 1024;

    private byte[] _buffer = new byte[128 * 1024];
    private int _start;
    private int _filled;
    private bool _ended;
    private int _lineStart;
    private int _lineEnd;

    /// <summary>Number of the current line, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The current line without its end; valid until the next <see cref="Next"/>.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, _lineEnd - _lineStart);

    /// <summary>Goes to the next line that is not blank.</summary>
    /// <exception cref="InputException">A torn or damaged file, or a line over the limit.</exception>
    public bool Next()
    {
        while (NextAny())
        {
            if (!Line.Trim(" \t\r"u8).IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Goes to the next line, blank or not.</summary>
    /// <exception cref="InputException">A torn or damaged file, or a line over the limit.</exception>
    public bool NextAny()
    {
        var searched = _start;
        while (true)
        {
            var at = _buffer.AsSpan(searched, _filled - searched).IndexOf((byte)'\n');
            if (at >= 0 || (_ended && _filled > _start))
            {
                var end = at >= 0 ? searched + at : _filled;
                Take(end, at >= 0 ? end + 1 : end);
                return true;
            }

            if (_ended)
            {
                return false;
            }

            searched = Fill();
        }
    }

    private void Take(int end, int next)
    {
        (_lineStart, _lineEnd, _start) = (_start, end, next);
        Number++;
        if (Number == 1 && Line.StartsWith("\uFEFF"u8))
        {
            _lineStart += 3;
        }
    }

    // Returns where the search for the line's end goes on.
    private int Fill()
    {
        var pending = _filled - _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, pending).CopyTo(_buffer);
            (_start, _filled) = (0, pending);
        }
        else if (_filled == _buffer.Length)
        {
            if (_buffer.Length >= MaxLineBytes)
            {
                throw new InputException(
                    $"{file.Path}, line {Number + 1} is longer than {MaxLineBytes / 1024 / 1024} MiB: this is no file of one record a line. Check --format and the file.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        try
        {
            var read = file.Content.Read(_buffer.AsSpan(_filled));
            _ended = read == 0;
            _filled += read;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            throw file.Torn(Number, fault);
        }

        return pending;
    }
}
