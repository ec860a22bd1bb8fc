using Microsoft.Extensions.Time.Testing;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Tests.World;

namespace R2ec.Distributed.Orchestration.Tests.Blobs;

public sealed class ClusterBlobsTests : IDisposable
{
    private const string Here = "here:1", There = "there:1";

    private readonly FakeTimeProvider _clock = new();
    private readonly FakeBulk _bulk = new();

    public void Dispose() => _bulk.Dispose();

    [Fact]
    public async Task A_blob_is_held_until_it_is_released_as_often_as_it_was_put()
    {
        await using var blobs = Blobs();

        var blob = blobs.Put([1, 2, 3]);
        blobs.Put([1, 2, 3]);
        blobs.Release(blob);
        Assert.Equal([1, 2, 3], await blobs.GetAsync(blob, CancellationToken.None));
        blobs.Release(blob with { Holder = "" });

        Assert.Equal(new BlobRef(Digest.Of([1, 2, 3]), 3, Here), blob);
        await LostAsync(blobs, blob);
        await LostAsync(blobs, blob with { Holder = "" });
    }

    [Fact]
    public async Task Another_nodes_blob_comes_from_its_holder()
    {
        await using var blobs = Blobs();
        _bulk.Add(There).Answers($"blobs/{Digest.Of("abc"u8)}", "abc"u8.ToArray());

        Assert.Equal("abc"u8.ToArray(), await blobs.GetAsync(Ref("abc"u8), CancellationToken.None));
    }

    [Theory]
    [InlineData("abd")]
    [InlineData("ab")]
    [InlineData("abcd")]
    public async Task Other_bytes_than_were_named_are_a_lost_blob(string served)
    {
        await using var blobs = Blobs();
        _bulk.Add(There).Answers($"blobs/{Digest.Of("abc"u8)}", System.Text.Encoding.UTF8.GetBytes(served));

        await LostAsync(blobs, Ref("abc"u8));
    }

    [Fact]
    public async Task A_blob_that_its_holder_forgot_a_dead_holder_and_a_broken_line_are_a_lost_blob()
    {
        await using var blobs = Blobs();
        var holder = _bulk.Add(There);

        await LostAsync(blobs, Ref("abc"u8));
        await LostAsync(blobs, Ref("abc"u8) with { Holder = "dead:1" });
        holder.Answers($"blobs/{Digest.Of("abc"u8)}", "abc"u8.ToArray()).Answering = (_, _) => throw new IOException("reset");
        await LostAsync(blobs, Ref("abc"u8));
    }

    [Theory]
    [InlineData("there:1/else")]
    [InlineData("user@there:1")]
    [InlineData("no host")]
    public async Task A_holder_that_is_no_address_is_a_lost_blob(string holder)
    {
        await using var blobs = Blobs();
        _bulk.Add(There);

        await LostAsync(blobs, Ref("abc"u8) with { Holder = holder });
    }

    [Fact]
    public async Task A_blob_over_the_limit_is_not_even_asked_for()
    {
        await using var blobs = Blobs();
        var holder = _bulk.Add(There);

        await LostAsync(blobs, Ref("abc"u8) with { LengthBytes = ClusterBlobs.LimitBytes + 1 });
        await LostAsync(blobs, Ref("abc"u8) with { LengthBytes = -1 });

        Assert.Empty(holder.Asked);
    }

    [Fact]
    public async Task A_holder_that_does_not_answer_in_time_has_lost_it()
    {
        await using var blobs = Blobs();
        var asked = new TaskCompletionSource();
        _bulk.Add(There).Hesitating = stop =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.Infinite, stop);
        };

        var get = blobs.GetAsync(Ref("abc"u8), CancellationToken.None).AsTask();
        await asked.Task;
        _clock.Advance(TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<BlobLostException>(() => get);
    }

    [Fact]
    public async Task Whoever_gives_up_is_cancelled_and_has_lost_nothing()
    {
        await using var blobs = Blobs();
        _bulk.Add(There).Hesitating = stop => Task.Delay(Timeout.Infinite, stop);
        using var stop = new CancellationTokenSource();

        var get = blobs.GetAsync(Ref("abc"u8), stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
    }

    [Fact]
    public async Task A_release_reaches_the_holder_and_one_that_cannot_be_delivered_harms_nobody()
    {
        var blobs = Blobs();
        var holder = _bulk.Add(There);

        blobs.Release(Ref("abc"u8) with { Holder = "dead:1" });
        blobs.Release(Ref("abc"u8) with { Holder = "no address" });
        blobs.Release(Ref("abc"u8));
        await blobs.DisposeAsync();

        Assert.Equal([$"DELETE /blobs/{Digest.Of("abc"u8)}"], holder.Asked);
    }

    [Fact]
    public async Task What_nobody_touched_for_half_an_hour_goes_at_the_next_put()
    {
        await using var blobs = Blobs();
        var (forgotten, used) = (blobs.Put([1]), blobs.Put([2]));

        _clock.Advance(TimeSpan.FromMinutes(20));
        Assert.NotNull(blobs.Find(used.Digest));
        _clock.Advance(TimeSpan.FromMinutes(15));
        blobs.Put([3]);

        Assert.Null(blobs.Find(forgotten.Digest));
        Assert.NotNull(blobs.Find(used.Digest));
        Assert.Equal(2, blobs.Count);
    }

    private static BlobRef Ref(ReadOnlySpan<byte> bytes) => new(Digest.Of(bytes), bytes.Length, There);

    private static Task<BlobLostException> LostAsync(ClusterBlobs blobs, BlobRef blob) => Assert.ThrowsAsync<BlobLostException>(() => blobs.GetAsync(blob, CancellationToken.None).AsTask());

    private ClusterBlobs Blobs() => new(Here, _bulk.Client, _clock);
}
