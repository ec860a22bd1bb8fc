using System.Security.Cryptography;
using System.Text;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Model.Tests.Engines;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Model.Tests.Learning;

public sealed class StepsTests
{
    [Theory]
    [InlineData("full float32", 20)]
    [InlineData("lora float32", 5)]
    [InlineData("full bfloat16", 5)]
    [InlineData("lora bfloat16", 5)]
    public async Task Seeded_steps_twice_give_the_same_bits(string policy, int steps)
    {
        var first = await TrainedAsync(policy, steps, workers: 1);
        var second = await TrainedAsync(policy, steps, workers: 2);

        Assert.Equal(first, second);
        Assert.Equal(steps + 1, first.Distinct().Count());
    }

    [Theory]
    [InlineData("full float32")]
    [InlineData("lora float32")]
    [InlineData("full bfloat16")]
    [InlineData("lora bfloat16")]
    public async Task A_published_policy_is_named_by_the_hash_of_its_tensors_and_loads_under_that_name(string policy)
    {
        using var toy = new Toy(Toy.Named(policy));
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        await run.StepAsync(1);

        var digest = await run.LoadAsync();

        Assert.Equal(digest.Hex, HashOf(Path.Combine(toy.Place("weights"), $"{digest}.safetensors")));
        Assert.Equal(digest, run.Rollouts.Held);
        var before = await File.ReadAllBytesAsync(Path.Combine(toy.Place("weights"), $"{digest}.safetensors"));
        Assert.Equal(digest, await run.Learner.PublishAsync(toy.Place("elsewhere"), default));
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(toy.Place("elsewhere"), $"{digest}.safetensors")));
    }

    [Fact]
    public async Task The_seed_decides_the_initial_policy()
    {
        Digest[] digests = [await Begun(Toy.Small), await Begun(Toy.Small), await Begun(Toy.Small with { Seed = 12 })];

        Assert.Equal(digests[0], digests[1]);
        Assert.NotEqual(digests[0], digests[2]);
    }

    [Fact]
    public async Task Measured_norms_are_those_of_the_parts()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        await run.LoadAsync();
        var (_, _, gradients) = await run.GradientsAsync(1, ToyGroups.Drawn(toy, 4), measure: true);
        var token = ToyRun.Sum(gradients);
        var item = ToyRun.Sum(gradients.Select(gradient => gradient with { Gradient = gradient.ItemGradient! }));

        var step = await run.Learner.ApplyAsync(1, gradients, default);

        Assert.Equal(Norm(token), step.TokenNorm!.Value, 1e-6 * Norm(token));
        Assert.Equal(Norm(item), step.ItemNorm!.Value, 1e-6 * Norm(item));
        Assert.Equal(Norm([.. token.Zip(item, (a, b) => a + b)]), step.GradientNorm, 1e-6 * step.GradientNorm);
        Assert.Equal(toy.Spec.Recpo.LearningRate / 2, step.LearningRate, 1e-15);
    }

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(x => x * x));

    private static async Task<Digest> Begun(R2ec.Distributed.Core.Spec.ExperimentSpec spec)
    {
        using var toy = new Toy(spec);
        await using var run = new ToyRun(toy);
        return await run.BeginAsync();
    }

    private static async Task<List<Digest>> TrainedAsync(string policy, int steps, int workers)
    {
        using var toy = new Toy(Toy.Named(policy));
        await using var run = new ToyRun(toy, workers);
        List<Digest> digests = [await run.BeginAsync()];
        for (var step = 1; step <= steps; step++)
        {
            digests.Add((await run.StepAsync(step, measure: step % 3 == 0)).Weights);
        }

        return digests;
    }

    /// <summary>For each tensor in byte order of the names: name, 0, F32, 0, dimensions with commas, 0, numbers.</summary>
    private static string HashOf(string path)
    {
        var file = new SafetensorsReader(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in file.Names.OrderBy(name => name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0F32\0{string.Join(',', file.Shape(name))}\0"));
            foreach (var number in file.Singles(name))
            {
                hash.AppendData(BitConverter.GetBytes(number));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
