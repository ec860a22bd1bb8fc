using System.Text.Json;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Tests.Weights;

public sealed class CheckpointReplicaTests : IDisposable
{
    private const string One = "one:1", Two = "two:1";

    private readonly Scratch _scratch = new();
    private readonly FakeBulk _bulk = new();
    private readonly byte[] _policy = new byte[ChunkManifest.ChunkBytes + 3], _optimizer = [1, 2, 3];
    private readonly byte[] _manifest;
    private readonly Digest _what;

    public CheckpointReplicaTests()
    {
        _policy.AsSpan().Fill(9);
        _manifest = Manifest(("policy.safetensors", _policy), ("optimizer.safetensors", _optimizer));
        _what = Digest.Of(_manifest);
    }

    private string Place => _scratch.Of("step-00002");

    public void Dispose()
    {
        _bulk.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task A_checkpoint_comes_whole_and_nothing_else_is_left()
    {
        Holder(One);

        Assert.True(await FetchAsync("dead:1", One));

        Assert.Equal(_manifest, await File.ReadAllBytesAsync(Path.Combine(Place, "manifest.json")));
        Assert.Equal(_policy, await File.ReadAllBytesAsync(Path.Combine(Place, "policy.safetensors")));
        Assert.Equal(_optimizer, await File.ReadAllBytesAsync(Path.Combine(Place, "optimizer.safetensors")));
        Assert.Equal([Place], Directory.GetFileSystemEntries(_scratch.Folder));
        Assert.Equal(3, Directory.GetFileSystemEntries(Place).Length);
    }

    [Fact]
    public async Task One_of_which_a_file_is_missing_does_not_come_at_all_and_goes_on_when_the_file_is_there()
    {
        var holder = _bulk.Add(One).Answers($"checkpoints/{_what}/manifest.json", _manifest).Serves($"checkpoints/{_what}/policy.safetensors", _policy);

        Assert.False(await FetchAsync(One));
        Assert.False(Directory.Exists(Place));
        var before = holder.Asked.Count(line => line.Contains("policy", StringComparison.Ordinal));
        holder.Serves($"checkpoints/{_what}/optimizer.safetensors", _optimizer);

        Assert.True(await FetchAsync(One));
        Assert.Equal(before, holder.Asked.Count(line => line.Contains("policy", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_holder_with_another_manifest_or_another_file_is_passed_over()
    {
        _bulk.Add(One).Answers($"checkpoints/{_what}/manifest.json", Manifest(("policy.safetensors", [0])))
            .Serves($"checkpoints/{_what}/policy.safetensors", [0]).Serves($"checkpoints/{_what}/optimizer.safetensors", _optimizer);
        Holder(Two);

        Assert.True(await FetchAsync(One, Two));
        Assert.Equal(_policy, await File.ReadAllBytesAsync(Path.Combine(Place, "policy.safetensors")));
    }

    [Fact]
    public async Task A_whole_one_is_left_alone_and_a_damaged_one_is_replaced()
    {
        var holder = Holder(One);
        Assert.True(await FetchAsync(One));
        var before = holder.Asked.Count;

        Assert.True(await FetchAsync(One));
        Assert.Equal(before, holder.Asked.Count);
        await File.WriteAllTextAsync(Path.Combine(Place, "policy.safetensors"), "damaged");
        Assert.False(await FetchAsync());
        Assert.True(Directory.Exists(Place));
        Assert.True(await FetchAsync(One));

        Assert.Equal(_policy, await File.ReadAllBytesAsync(Path.Combine(Place, "policy.safetensors")));
    }

    [Theory]
    [InlineData("../policy.safetensors")]
    [InlineData("/etc/x")]
    [InlineData("..")]
    [InlineData("manifest.json")]
    [InlineData("a.part")]
    [InlineData("")]
    public void A_manifest_that_names_no_plain_file_is_refused(string name) => Assert.Throws<InvalidDataException>(() => CheckpointManifest.Parse(Manifest((name, [1]))));

    private static byte[] Manifest(params (string Name, byte[] Content)[] files) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        Schema = 1,
        Reinforcement = true,
        Step = 2,
        OptimizerSteps = 2,
        Files = files.Select(file => new { file.Name, Bytes = file.Content.LongLength, Sha256 = Digest.Of(file.Content).Hex }),
    });

    private FakeHolder Holder(string address) => _bulk.Add(address).Answers($"checkpoints/{_what}/manifest.json", _manifest)
        .Serves($"checkpoints/{_what}/policy.safetensors", _policy).Serves($"checkpoints/{_what}/optimizer.safetensors", _optimizer);

    private Task<bool> FetchAsync(params string[] holders) => CheckpointReplica.FetchAsync(_what, Place, holders, _bulk.Client, CancellationToken.None);
}
