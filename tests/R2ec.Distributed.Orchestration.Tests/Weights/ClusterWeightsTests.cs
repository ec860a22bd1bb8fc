using System.Text.Json;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Tests.Weights;

public sealed class ClusterWeightsTests : IDisposable
{
    private const int Chunk = ChunkManifest.ChunkBytes;
    private const string One = "one:1", Two = "two:1";

    private readonly Scratch _scratch = new();
    private readonly FakeBulk _bulk = new();
    private readonly byte[] _content = [.. Enumerable.Range(0, (3 * Chunk) + 5).Select(n => (byte)(n / 1000))];
    private readonly Digest _what;
    private readonly FakeHolder _coordinator;

    public ClusterWeightsTests()
    {
        _what = Digest.Of(_content);
        _coordinator = _bulk.Add("coordinator:1");
    }

    public void Dispose()
    {
        _bulk.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Chunks_come_from_every_holder_and_the_file_is_then_here()
    {
        var (one, two) = (Holder(One), Holder(Two));
        using var weights = Weights();
        Known(One, Two);

        var path = await weights.GetAsync(_what, CancellationToken.None);

        Assert.Equal(_content, await File.ReadAllBytesAsync(path));
        Assert.Equal(path, weights.Find(_what));
        Assert.Equal([path], Directory.GetFiles(_scratch.Folder));
        Assert.Equal(2, Chunks(one).Count());
        Assert.Equal(2, Chunks(two).Count());
    }

    [Fact]
    public async Task The_coordinators_are_asked_until_one_knows_holders()
    {
        Holder(One);
        _bulk.Add("second:1").Answers($"holders/{_what}", JsonSerializer.SerializeToUtf8Bytes<string[]>([One]));
        using var weights = new ClusterWeights(_scratch.Folder, _bulk.Client, () => ["dead:1", "coordinator:1", "second:1"]);

        Assert.Equal(_content, await File.ReadAllBytesAsync(await weights.GetAsync(_what, CancellationToken.None)));
    }

    [Fact]
    public async Task A_broken_transfer_goes_on_where_it_stopped()
    {
        var one = Holder(One);
        using var weights = Weights();
        Known(One);
        one.Answering = (request, bytes) => request.Headers.Range?.Ranges.Single().From == 2 * Chunk ? throw new IOException("reset") : bytes;

        await Assert.ThrowsAsync<BlobLostException>(() => weights.GetAsync(_what, CancellationToken.None).AsTask());
        Assert.Null(weights.Find(_what));
        var (before, part) = (Chunks(one).Count(), await File.ReadAllBytesAsync(_scratch.Of($"{_what}.safetensors.part")));
        var missing = _content.Chunk(Chunk).Zip(part.Chunk(Chunk)).Count(pair => !pair.Item1.SequenceEqual(pair.Item2));
        one.Answering = (_, bytes) => bytes;
        var path = await weights.GetAsync(_what, CancellationToken.None);

        Assert.Equal(_content, await File.ReadAllBytesAsync(path));
        Assert.InRange(missing, 1, 4);
        Assert.Equal(missing, Chunks(one).Count() - before);
    }

    [Fact]
    public async Task Chunks_of_an_earlier_transfer_are_verified_and_only_the_broken_one_is_fetched()
    {
        var one = Holder(One);
        using var weights = Weights();
        Known(One);
        var part = (byte[])_content.Clone();
        part[Chunk + 17] ^= 1;
        await File.WriteAllBytesAsync(_scratch.Of($"{_what}.safetensors.part"), part);

        var path = await weights.GetAsync(_what, CancellationToken.None);

        Assert.Equal(_content, await File.ReadAllBytesAsync(path));
        Assert.EndsWith($"bytes={Chunk}-{(2 * Chunk) - 1}", Assert.Single(Chunks(one)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(One, Two)]
    [InlineData(Two, One)]
    public async Task A_holder_that_sends_other_bytes_is_asked_no_more(string first, string second)
    {
        var (liar, _) = (Holder(One), Holder(Two));
        using var weights = Weights();
        Known(first, second);
        liar.Answering = (request, bytes) => request.Headers.Range is null ? bytes : [.. bytes.Select(b => (byte)~b)];

        Assert.Equal(_content, await File.ReadAllBytesAsync(await weights.GetAsync(_what, CancellationToken.None)));
        Assert.InRange(Chunks(liar).Count(), 1, 4);
    }

    [Fact]
    public async Task A_holder_whose_whole_file_is_another_is_no_witness_where_the_digest_can_be_seen()
    {
        _bulk.Add(One).Serves($"weights/{_what}", new byte[(2 * Chunk) + 1]);
        Holder(Two);
        using var weights = Weights(path => Digest.Of(File.ReadAllBytes(path)));
        Known(One, Two);

        Assert.Equal(_content, await File.ReadAllBytesAsync(await weights.GetAsync(_what, CancellationToken.None)));
    }

    [Fact]
    public async Task Where_nobody_has_it_it_is_lost_and_nothing_stands_in_its_place()
    {
        using var weights = Weights();

        await Assert.ThrowsAsync<BlobLostException>(() => weights.GetAsync(_what, CancellationToken.None).AsTask());
        Known("dead:1", "no address");
        await Assert.ThrowsAsync<BlobLostException>(() => weights.GetAsync(_what, CancellationToken.None).AsTask());

        Assert.Empty(Directory.GetFiles(_scratch.Folder));
    }

    [Fact]
    public async Task Callers_of_one_policy_share_one_fetch_and_one_that_gives_up_ends_only_its_own_wait()
    {
        var one = Holder(One);
        var (asked, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _coordinator.Hesitating = async _ =>
        {
            asked.SetResult();
            await go.Task;
        };
        Known(One);
        using var weights = Weights();
        using var stop = new CancellationTokenSource();

        var impatient = weights.GetAsync(_what, stop.Token).AsTask();
        await asked.Task;
        var patient = weights.GetAsync(_what, CancellationToken.None).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        go.SetResult();

        Assert.Equal(_content, await File.ReadAllBytesAsync(await patient));
        Assert.Equal(4, Chunks(one).Count());
    }

    [Fact]
    public async Task Pruning_keeps_what_is_named_and_drops_the_rest_and_its_parts()
    {
        var other = Digest.Of("other"u8);
        using var weights = Weights();
        foreach (var name in new[] { $"{_what}.safetensors", $"{other}.safetensors", $"{other}.safetensors.part", "note.txt" })
        {
            await File.WriteAllTextAsync(_scratch.Of(name), "x");
        }

        weights.Prune([_what]);

        Assert.Equal([$"{_what}.safetensors", "note.txt"], Directory.GetFiles(_scratch.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Chunks(FakeHolder holder) => holder.Asked.Where(line => line.Contains("bytes=", StringComparison.Ordinal));

    private FakeHolder Holder(string address) => _bulk.Add(address).Serves($"weights/{_what}", _content);

    private void Known(params string[] holders) => _coordinator.Answers($"holders/{_what}", JsonSerializer.SerializeToUtf8Bytes(holders));

    private ClusterWeights Weights(Func<string, Digest>? digestOf = null) => new(_scratch.Folder, _bulk.Client, () => ["coordinator:1"], digestOf);
}
