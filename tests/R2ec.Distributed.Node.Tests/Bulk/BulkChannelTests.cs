using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Tests.Security;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Tests.Bulk;

public sealed class BulkChannelTests : IDisposable
{
    private readonly TestCa _ca = new();

    public void Dispose() => _ca.Dispose();

    [Fact]
    public async Task A_blob_goes_from_node_to_node_and_a_release_takes_it_away()
    {
        await using var holder = await TestNode.StartAsync(_ca, "holder");
        await using var reader = await TestNode.StartAsync(_ca, "reader");
        var bytes = new byte[300_000];
        bytes.AsSpan().Fill(3);
        var blob = holder.Blobs.Put(bytes) with { Holder = holder.Address };

        Assert.Equal(bytes, await reader.Blobs.GetAsync(blob, CancellationToken.None));
        reader.Blobs.Release(blob);
        await reader.Blobs.DisposeAsync();

        Assert.Null(holder.Blobs.Find(blob.Digest));
        await Assert.ThrowsAsync<BlobLostException>(() => reader.Blobs.GetAsync(blob, CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task A_payload_is_served_as_a_blob_and_other_bytes_under_its_name_are_lost()
    {
        var (right, wrong) = (Digest.Of("right"u8), Digest.Of("wrong"u8));
        await using var holder = await TestNode.StartAsync(_ca, "holder", sources => sources with
        {
            Payloads = digest => Task.FromResult(digest == right || digest == wrong ? "right"u8.ToArray() : null),
        });
        await using var reader = await TestNode.StartAsync(_ca, "reader");

        Assert.Equal("right"u8.ToArray(), await reader.Blobs.GetAsync(new BlobRef(right, 5, holder.Address), CancellationToken.None));
        await Assert.ThrowsAsync<BlobLostException>(() => reader.Blobs.GetAsync(new BlobRef(wrong, 5, holder.Address), CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task Ranges_and_heads_are_answered()
    {
        await using var holder = await TestNode.StartAsync(_ca, "holder");
        var place = holder.At($"blobs/{holder.Blobs.Put([.. "0123456789"u8]).Digest}");

        using var head = await holder.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, place));
        using var ranged = new HttpRequestMessage(HttpMethod.Get, place) { Headers = { Range = new RangeHeaderValue(2, 4) } };
        using var part = await holder.Client.SendAsync(ranged);

        Assert.Equal(10, head.Content.Headers.ContentLength);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("234", await part.Content.ReadAsStringAsync());
        Assert.False(part.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("blobs/")]
    [InlineData("weights/")]
    [InlineData("holders/")]
    public async Task A_name_that_is_none_is_400_and_an_unknown_one_404(string route)
    {
        await using var node = await TestNode.StartAsync(_ca, "node");

        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(node, route + "abc"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(node, route + Digest.Of("x"u8).Hex.ToUpperInvariant()));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(node, route + "..%2f" + Digest.Of("x"u8).Hex));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, route + Digest.Of("x"u8).Hex));
    }

    [Fact]
    public async Task Weights_travel_by_way_of_the_coordinator_that_knows_who_has_them()
    {
        var content = new byte[(3 * ChunkManifest.ChunkBytes) + 7];
        content.AsSpan(ChunkManifest.ChunkBytes).Fill(5);
        var what = Digest.Of(content);
        await File.WriteAllBytesAsync(_ca.Of("file"), content);
        var directory = new HolderDirectory();
        await using var holder = await TestNode.StartAsync(_ca, "holder", sources => sources with { Weights = digest => digest == what ? _ca.Of("file") : null });
        await using var coordinator = await TestNode.StartAsync(_ca, "coordinator", sources => sources with { Holders = directory });
        using var weights = new ClusterWeights(_ca.Of("weights"), coordinator.Client, () => [coordinator.Address]);
        directory.Add(what, holder.Address);

        Assert.Equal(new[] { holder.Address }, await coordinator.Client.GetFromJsonAsync<string[]>(coordinator.At($"holders/{what}")));
        Assert.Equal(content, await File.ReadAllBytesAsync(await weights.GetAsync(what, CancellationToken.None)));
    }

    [Fact]
    public async Task A_checkpoint_travels_and_only_what_its_manifest_names_is_served()
    {
        var folder = Directory.CreateDirectory(_ca.Of("checkpoint")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "policy.safetensors"), "policy");
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), "secret");
        var files = new[] { new { Name = "policy.safetensors", Bytes = 6, Sha256 = Digest.Of("policy"u8).Hex } };
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new { Schema = 1, Files = files });
        await File.WriteAllBytesAsync(Path.Combine(folder, "manifest.json"), manifest);
        var what = Digest.Of(manifest);
        await using var holder = await TestNode.StartAsync(_ca, "holder", sources => sources with { Checkpoints = digest => digest == what ? folder : null });

        Assert.True(await CheckpointReplica.FetchAsync(what, _ca.Of("replica"), [holder.Address], holder.Client, CancellationToken.None));
        Assert.Equal("policy", await File.ReadAllTextAsync(_ca.Of("replica/policy.safetensors")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(holder, $"checkpoints/{what}/policy.safetensors"));
        foreach (var name in new[] { "secret", "..%2fca.key", "%2e%2e", "secret/manifest" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(holder, $"checkpoints/{what}/{name}"));
        }
    }

    [Fact]
    public async Task A_request_over_two_megabytes_is_refused()
    {
        await using var node = await TestNode.StartAsync(_ca, "node", more: routes => routes.MapPost("/swallow", async (HttpRequest request) =>
        {
            await request.Body.CopyToAsync(Stream.Null);
            return Results.Ok();
        }));

        Assert.Equal(HttpStatusCode.OK, await PostAsync(node, 2 << 20));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(node, (2 << 20) + 1));
    }

    // The client waits to be told to go on, so that an early refusal reaches it before the server hangs up.
    private static async Task<HttpStatusCode> PostAsync(TestNode node, int length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, node.At("swallow")) { Content = new ByteArrayContent(new byte[length]), Headers = { ExpectContinue = true } };
        using var reply = await node.Client.SendAsync(request);
        return reply.StatusCode;
    }

    private static async Task<HttpStatusCode> StatusAsync(TestNode node, string route)
    {
        using var reply = await node.Client.GetAsync(node.At(route));
        return reply.StatusCode;
    }
}
