using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Engines;

namespace R2ec.Distributed.Model.Tests.Engines;

public sealed class CanaryTests
{
    [Theory]
    [InlineData("full float32")]
    [InlineData("lora float32")]
    [InlineData("full bfloat16")]
    [InlineData("lora bfloat16")]
    public async Task A_trained_version_is_the_same_policy_to_every_worker(string policy)
    {
        using var toy = new Toy(Toy.Named(policy));
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        await run.StepAsync(1);
        await run.StepAsync(2);

        var digest = await run.LoadAsync();

        using var file = SafetensorsFile.Open(Path.Combine(toy.Folder, "weights", $"{digest}.safetensors"));
        Assert.Equal((toy.Spec.Model.Hidden * sizeof(float) + 2) / 3 * 4, file.Metadata[Canary.Key].Length);
    }

    [Fact]
    public async Task An_adapter_over_another_base_is_refused_although_its_own_tensors_came_over()
    {
        using var toy = new Toy(Toy.Adapted);
        using var other = new Toy(Toy.Adapted with { Seed = 12 });
        await using var run = new ToyRun(toy);
        await using var worker = new RolloutEngine(other.Context);
        await using var gradients = new GradientEngine(other.Context);
        await run.BeginAsync();
        var path = Path.Combine(toy.Folder, "weights", $"{await run.LoadAsync()}.safetensors");

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => worker.LoadPolicyAsync(path, default));

        Assert.Contains("canary prompt", fault.Message, StringComparison.Ordinal);
        Assert.Null(worker.Held);
        await Assert.ThrowsAsync<InvalidOperationException>(() => gradients.LoadPolicyAsync(path, default));
    }

    [Fact]
    public async Task A_file_without_the_note_is_taken_by_its_digest()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        var digest = await run.LoadAsync();
        var path = toy.Place("plain.safetensors");
        using (var file = SafetensorsFile.Open(Path.Combine(toy.Folder, "weights", $"{digest}.safetensors")))
        {
            SafetensorsWriter.Write(path, file.Entries.Keys.Select(name => KeyValuePair.Create(name, file.Read(name))), durable: false);
        }

        Assert.Equal(digest, await run.Rollouts.LoadPolicyAsync(path, default));
    }
}
