namespace R2ec.Distributed.Data.Storage;

/// <summary>Lines of a file that is held whole, as bytes: what is parsed from UTF-8 need not pass through text.</summary>
internal static class JsonLines
{
    public static IEnumerable<ReadOnlyMemory<byte>> Of(string path)
    {
        ReadOnlyMemory<byte> left = File.ReadAllBytes(path);
        while (!left.IsEmpty)
        {
            var end = left.Span.IndexOf((byte)'\n');
            end = end < 0 ? left.Length : end;
            yield return left[..end];
            left = left[Math.Min(left.Length, end + 1)..];
        }
    }
}
