using System.IO.Compression;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>
/// Reads a gzip file and refuses one that ends too early, which <see cref="GZipStream"/> takes for its end. A small member of our own is read behind
/// the file's last byte: only where the file ended between members does it come out as it went in.
/// </summary>
internal sealed class WholeGzipStream : Stream
{
    private static readonly byte[] Seal = "r2ec:whole:9f4b7c21"u8.ToArray();
    private static readonly byte[] SealMember = Pack(Seal);

    private readonly GZipStream _inner;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _first;
    private int _end;
    private bool _finished;

    /// <param name="packed">The file; disposed with this stream.</param>
    public WholeGzipStream(Stream packed) => _inner = new GZipStream(new SealedStream(packed, SealMember), CompressionMode.Decompress);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">The file is damaged or ends in the middle of a member.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!_finished && _end - _first <= Seal.Length)
        {
            Fill();
        }

        var count = Math.Min(buffer.Length, _end - _first - Seal.Length);
        _buffer.AsSpan(_first, count).CopyTo(buffer);
        _first += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Fill()
    {
        _buffer.AsSpan(_first, _end - _first).CopyTo(_buffer);
        (_first, _end) = (0, _end - _first);
        var read = _inner.Read(_buffer.AsSpan(_end));
        _end += read;
        if (read > 0)
        {
            return;
        }

        _finished = true;
        if (!_buffer.AsSpan(0, _end).SequenceEqual(Seal))
        {
            throw new InvalidDataException("The compressed data end in the middle.");
        }
    }

    private static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }

    private sealed class SealedStream(Stream file, byte[] seal) : Stream
    {
        private int _given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = file.Read(buffer);
            if (read > 0 || buffer.IsEmpty)
            {
                return read;
            }

            read = Math.Min(buffer.Length, seal.Length - _given);
            seal.AsSpan(_given, read).CopyTo(buffer);
            _given += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
