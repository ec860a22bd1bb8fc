using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Sampling;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Generation;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Model.Tests.Engines;
using static R2ec.Distributed.Model.Tests.Learning.Goldens;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Generation;

/// <summary>Chains that another policy writes from a place on. Tolerances as in <see cref="ChainGeneratorTests"/>; what is compared without one has the same bits.</summary>
public sealed class GoingOverTests : IDisposable
{
    private const int Most = 12;
    private const int Group = 3;
    private const double Close = 5e-5;

    private static readonly SamplingFilter Filter = new(0.9, 60, 0.95);

    private readonly Toy _toy = new(Toy.Small);
    private readonly Toy _other = new(Toy.Small with { Seed = 12 });
    private readonly Toy _third = new(Toy.Small with { Seed = 13 });
    private readonly TrainedPolicy _a;
    private readonly TrainedPolicy _b;
    private readonly TrainedPolicy _c;

    public GoingOverTests() => (_a, _b, _c) = (TrainedPolicy.Initial(_toy.Context), TrainedPolicy.Initial(_other.Context), TrainedPolicy.Initial(_third.Context));

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(11)]
    public void Before_the_change_tokens_are_the_first_policys_and_behind_it_those_of_the_other_on_the_same_prefix(int change)
    {
        var prompts = Prompts(5);
        using var alone = Generate(_a.Backbone, prompts, Group, Most, Draw, [], null);
        using var over = Generate(_a.Backbone, prompts, Group, Most, Draw, [], At((change, 7, _b.Backbone)));
        int[] going = [.. Enumerable.Range(0, over.Rows.Count).Where(row => alone.Rows[row].Tokens.Length > change)];
        using var fresh = Generate(
            _b.Backbone, [.. going.Select(row => (int[])[.. prompts[row / Group], .. over.Rows[row].Tokens[..change]])], 1, Most - change, (row, t) => Draw(going[row], t + change), [], null);

        Assert.NotEqual(alone.Rows[going[0]].Tokens, over.Rows[going[0]].Tokens);
        foreach (var (at, row) in going.Index())
        {
            var (was, made, rest) = (alone.Rows[row], over.Rows[row], fresh.Rows[at]);
            Assert.Equal([new VersionSpan(change, 7)], made.Later);
            Assert.Equal(was.Tokens[..change], made.Tokens[..change]);
            Assert.Equal(rest.Tokens, made.Tokens[change..]);
            Assert.Equal([.. was.PolicyLogProbabilities[..change], .. rest.PolicyLogProbabilities], made.PolicyLogProbabilities);
            Assert.Equal([.. was.SamplerLogProbabilities[..change], .. rest.SamplerLogProbabilities], made.SamplerLogProbabilities);
        }

        Assert.Equal(Numbers(fresh.Users_RH), Numbers(over.Users_RH.index_select(0, tensor(going.Select(row => (long)row).ToArray()))));
    }

    [Fact]
    public void Chains_that_end_before_stay_the_first_policys_and_all_others_are_what_whole_forward_passes_give()
    {
        using var scope = NewDisposeScope();
        var prompts = Prompts(8);
        using var alone = Generate(_a.Backbone, prompts, Group, Most, Draw, Every(5), null);
        using var over = Generate(_a.Backbone, prompts, Group, Most, Draw, Every(5), At((6, 7, _b.Backbone), (8, 9, _c.Backbone)));

        Assert.Contains(over.Rows, row => row.Later.Count == 0);
        Assert.Contains(over.Rows, row => row.Later.Count == 2);
        Assert.Contains(over.Rows, row => row.Later.Count > 0 && row.Later[^1].First >= row.SampledCount);
        foreach (var (at, row) in over.Rows.Index())
        {
            Backbone Writer(int token) => token < 6 ? _a.Backbone : token < 8 ? _b.Backbone : _c.Backbone;
            Assert.Equal(new[] { (6, 7), (8, 9) }.Where(change => change.Item1 < row.Tokens.Length).Select(change => new VersionSpan(change.Item1, change.Item2)), row.Later);
            for (var t = 0; t < row.SampledCount; t++)
            {
                var whole = new TokenSampler().Sample(LastLogits(Writer(t), [.. prompts[at / Group], .. row.Tokens[..t]]), Filter, Draw(at, t));
                Assert.Equal(whole.Token, row.Tokens[t]);
                Assert.Equal(whole.PolicyLogProbability, row.PolicyLogProbabilities[t], Close);
                Assert.Equal(whole.SamplerLogProbability, row.SamplerLogProbabilities[t], Close);
            }

            // Whoever wrote the last token, forced ones included, has its state.
            var last = GroupedForward.LastHidden(Writer(row.Tokens.Length - 1), [[.. prompts[at / Group], .. row.Tokens]]);
            Within(Furthest(Numbers(last), Numbers(over.Users_RH.narrow(0, at, 1))), Close, $"user vector {at}");
            if (row.Later.Count == 0)
            {
                Assert.Equal(alone.Rows[at].PolicyLogProbabilities, row.PolicyLogProbabilities);
                Assert.Equal(Numbers(alone.Users_RH.narrow(0, at, 1)), Numbers(over.Users_RH.narrow(0, at, 1)));
            }
        }
    }

    [Fact]
    public void The_places_of_the_changes_are_all_that_is_needed_to_make_the_same_bits_again()
    {
        var prompts = Prompts(8);
        var backbones = new Dictionary<int, Backbone> { [7] = _b.Backbone, [9] = _c.Backbone };
        using var first = Generate(_a.Backbone, prompts, Group, Most, Draw, Every(5), At((2, 7, _b.Backbone), (7, 9, _c.Backbone)));
        var recorded = first.Rows.SelectMany(row => row.Later).Distinct().Select(span => (span.First, span.Version, backbones[span.Version]));
        using (Generate(_c.Backbone, Prompts(3), 2, 5, Draw, Every(3), null))
        {
            using var again = Generate(_a.Backbone, prompts, Group, Most, Draw, Every(5), At([.. recorded]));

            Assert.Equal(Numbers(first.Users_RH), Numbers(again.Users_RH));
            Assert.All(first.Rows.Zip(again.Rows), pair =>
            {
                Assert.Equal(pair.First.Tokens, pair.Second.Tokens);
                Assert.Equal(pair.First.PolicyLogProbabilities, pair.Second.PolicyLogProbabilities);
                Assert.Equal(pair.First.SamplerLogProbabilities, pair.Second.SamplerLogProbabilities);
                Assert.Equal(pair.First.Later, pair.Second.Later);
            });
        }
    }

    [Fact]
    public void The_same_weights_that_take_over_write_the_same_chains()
    {
        using var same = TrainedPolicy.Initial(_toy.Context);
        var prompts = Prompts(5);
        using var alone = Generate(_a.Backbone, prompts, Group, Most, Draw, Every(6), null);
        using var over = Generate(_a.Backbone, prompts, Group, Most, Draw, Every(6), At((4, 7, same.Backbone)));

        Assert.Contains(over.Rows, row => row.Later.Count == 1);
        Assert.All(alone.Rows.Zip(over.Rows), pair =>
        {
            Assert.Equal(pair.First.Tokens, pair.Second.Tokens);
            Assert.All(pair.First.PolicyLogProbabilities.Zip(pair.Second.PolicyLogProbabilities), log => Assert.Equal(log.First, log.Second, Close));
        });
        Within(Furthest(Numbers(alone.Users_RH), Numbers(over.Users_RH)), Close, "user vectors");
    }

    public void Dispose()
    {
        foreach (var policy in new[] { _a, _b, _c })
        {
            policy.Dispose();
        }

        foreach (var toy in new[] { _toy, _other, _third })
        {
            toy.Dispose();
        }
    }

    private static double Draw(int row, int token) => Chance.Uniform(5, ChancePurpose.Sampling, 1, row, 0, token);

    // Asked before the second token first: then one is written.
    private static Func<LaterPolicy?> At(params (int Token, int Version, Backbone Backbone)[] changes)
    {
        var token = 0;
        return () =>
        {
            token++;
            return changes.Where(change => change.Token == token).Select(change => new LaterPolicy(change.Version, change.Backbone)).FirstOrDefault();
        };
    }

    private static float[] LastLogits(Backbone backbone, int[] ids)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return backbone.Logits(backbone.Forward(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length]))[0, ids.Length - 1]).data<float>().ToArray();
    }

    private HashSet<int> Every(int nth) => [.. Enumerable.Range(0, _toy.Tokenizer.VocabularySize).Where(id => id % nth == 1)];

    private int[][] Prompts(int count) => [.. Enumerable.Range(0, count).Select(sample => _toy.Book.Prompt(new SampleId(sample)))];

    private GeneratedChains Generate(Backbone backbone, int[][] prompts, int group, int most, Func<int, int, double> uniform, HashSet<int> ends, Func<LaterPolicy?>? later) =>
        new ChainGenerator(backbone, _toy.Context.Marker, ends).Run(prompts, group, most, Filter, uniform, CancellationToken.None, later);
}
