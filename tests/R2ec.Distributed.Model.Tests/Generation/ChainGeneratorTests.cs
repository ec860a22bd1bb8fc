using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Sampling;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Generation;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Model.Tests.Engines;
using TorchSharp;
using static R2ec.Distributed.Model.Tests.Learning.Goldens;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Generation;

/// <summary>Tolerances are absolute: log-probabilities are of size 10, hidden states behind the last norm of size 1.</summary>
public sealed class ChainGeneratorTests : IDisposable
{
    private const int Most = 12;
    private const double Close = 5e-5;

    private static readonly SamplingFilter Filter = new(0.9, 60, 0.95);

    private readonly Toy _toy = new(Toy.Small);
    private readonly TrainedPolicy _policy;

    public ChainGeneratorTests() => _policy = TrainedPolicy.Initial(_toy.Context);

    [Fact]
    public void Cached_decoding_equals_full_forward_passes()
    {
        var prompts = Prompts(5);
        using var chains = Generate(prompts, 3, Filter, Draw, _toy.Context.EndOfTurn);

        for (var row = 0; row < chains.Rows.Count; row++)
        {
            var chain = chains.Rows[row];
            var sampler = new TokenSampler();
            var logits = Logits([.. prompts[row / 3], .. chain.Tokens]);
            for (var t = 0; t < chain.SampledCount; t++)
            {
                var whole = sampler.Sample(logits[prompts[row / 3].Length - 1 + t], Filter, Draw(row, t));

                Assert.Equal(whole.Token, chain.Tokens[t]);
                Assert.Equal(whole.PolicyLogProbability, chain.PolicyLogProbabilities[t], Close);
                Assert.Equal(whole.SamplerLogProbability, chain.SamplerLogProbabilities[t], Close);
            }
        }
    }

    [Fact]
    public void Greedy_ids_are_those_of_full_forward_passes()
    {
        var prompts = Prompts(4);
        using var chains = Generate(prompts, 1, SamplingFilter.Greedy, (_, _) => 0, _toy.Context.EndOfTurn);

        Assert.All(prompts.Zip(chains.Rows), pair =>
        {
            List<int> ids = [.. pair.First];
            for (var t = 0; t < pair.Second.SampledCount; t++)
            {
                ids.Add(TokenSampler.Greedy(Logits([.. ids])[^1]).Token);
            }

            Assert.Equal(pair.Second.Tokens[..pair.Second.SampledCount], ids.Skip(pair.First.Length));
        });
    }

    [Fact]
    public void Captured_user_vectors_are_the_last_hidden_states_of_prompt_and_chain()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var prompts = Prompts(5);
        using var chains = Generate(prompts, 3, Filter, Draw, Every(6));

        var whole = GroupedForward.LastHidden(_policy.Backbone, [.. chains.Rows.Select((chain, row) => (int[])[.. prompts[row / 3], .. chain.Tokens])]);

        Within(Furthest(Numbers(whole), Numbers(chains.Users_RH)), Close, "user vectors");
    }

    [Fact]
    public void A_group_that_shares_its_prefill_equals_separate_prompts()
    {
        var prompts = Prompts(4);
        using var shared = Generate(prompts, 4, Filter, Draw, Every(7));
        using var apart = Generate([.. prompts.SelectMany(prompt => Enumerable.Repeat(prompt, 4))], 1, Filter, Draw, Every(7));

        Same(shared, apart);
        Within(Furthest(Numbers(apart.Users_RH), Numbers(shared.Users_RH)), Close, "user vectors");
    }

    [Fact]
    public void Finished_rows_that_leave_change_nothing_for_the_others()
    {
        var prompts = Prompts(8);
        using var together = Generate(prompts, 4, Filter, Draw, Every(5));
        int[] lengths = [.. together.Rows.Select(row => row.Tokens.Length).Order()];
        // More than half end before the last: rows do leave.
        Assert.True(lengths[lengths.Length / 2] < lengths[^1] - 1);

        for (var p = 0; p < prompts.Length; p++)
        {
            // Four rows alone are too few for any to leave.
            using var alone = Generate([prompts[p]], 4, Filter, (row, t) => Draw((p * 4) + row, t), Every(5));
            for (var row = 0; row < 4; row++)
            {
                Assert.Equal(alone.Rows[row].Tokens, together.Rows[(p * 4) + row].Tokens);
                Assert.All(alone.Rows[row].PolicyLogProbabilities.Zip(together.Rows[(p * 4) + row].PolicyLogProbabilities), pair => Assert.Equal(pair.First, pair.Second, Close));
            }
        }
    }

    [Fact]
    public void The_same_bundle_gives_the_same_bits_whatever_was_generated_before()
    {
        var prompts = Prompts(6);
        using var first = Generate(prompts, 4, Filter, Draw, Every(6));
        using (Generate(Prompts(3), 2, SamplingFilter.None, Draw, Every(3)))
        {
            using var again = Generate(prompts, 4, Filter, Draw, Every(6));

            Assert.Equal(Numbers(first.Users_RH), Numbers(again.Users_RH));
            Assert.All(first.Rows.Zip(again.Rows), pair =>
            {
                Assert.Equal(pair.First.Tokens, pair.Second.Tokens);
                Assert.Equal(pair.First.PolicyLogProbabilities, pair.Second.PolicyLogProbabilities);
                Assert.Equal(pair.First.SamplerLogProbabilities, pair.Second.SamplerLogProbabilities);
                Assert.Equal(pair.First.MeanEntropy, pair.Second.MeanEntropy);
            });
        }
    }

    [Fact]
    public void Every_chain_ends_in_its_marker_and_says_who_wrote_it()
    {
        using var chains = Generate(Prompts(8), 4, SamplingFilter.None, Draw, Every(4));

        Assert.All(chains.Rows, row =>
        {
            Assert.Contains("<answer>", _toy.Tokenizer.Decode(row.Tokens), StringComparison.Ordinal);
            Assert.InRange(row.SampledCount, 0, Most);
            Assert.DoesNotContain(row.Tokens[..row.SampledCount], Every(4).Contains);
            Assert.Equal(row.WroteMarker ? row.SampledCount : row.SampledCount + _toy.Context.Marker.Ids.Length, row.Tokens.Length);
        });
    }

    [Fact]
    public void A_cancelled_generation_stops_between_two_tokens()
    {
        using var stop = new CancellationTokenSource();
        var drawn = 0;
        double Counted(int row, int t)
        {
            if (++drawn == 12)
            {
                stop.Cancel();
            }

            return Draw(row, t);
        }

        var generator = new ChainGenerator(_policy.Backbone, _toy.Context.Marker, _toy.Context.EndOfTurn);
        Assert.Throws<OperationCanceledException>(() => generator.Run(Prompts(4), 2, Most, SamplingFilter.None, Counted, stop.Token));
        Assert.InRange(drawn, 12, 16);
    }

    public void Dispose()
    {
        _policy.Dispose();
        _toy.Dispose();
    }

    private static void Same(GeneratedChains one, GeneratedChains other) => Assert.All(one.Rows.Zip(other.Rows), pair =>
    {
        Assert.Equal(pair.First.Tokens, pair.Second.Tokens);
        Assert.Equal(pair.First.SampledCount, pair.Second.SampledCount);
        Assert.All(pair.First.PolicyLogProbabilities.Zip(pair.Second.PolicyLogProbabilities), log => Assert.Equal(log.First, log.Second, Close));
        Assert.All(pair.First.SamplerLogProbabilities.Zip(pair.Second.SamplerLogProbabilities), log => Assert.Equal(log.First, log.Second, Close));
    });

    private static double Draw(int row, int token) => Chance.Uniform(5, ChancePurpose.Sampling, 1, row, 0, token);

    private HashSet<int> Every(int nth) => [.. Enumerable.Range(0, _toy.Tokenizer.VocabularySize).Where(id => id % nth == 1)];

    private int[][] Prompts(int count) => [.. Enumerable.Range(0, count).Select(sample => _toy.Book.Prompt(new SampleId(sample)))];

    private GeneratedChains Generate(int[][] prompts, int group, SamplingFilter filter, Func<int, int, double> uniform, IReadOnlySet<int> ends) =>
        new ChainGenerator(_policy.Backbone, _toy.Context.Marker, ends).Run(prompts, group, Most, filter, uniform, CancellationToken.None);

    private float[][] Logits(int[] ids)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var logits = _policy.Backbone.Logits(_policy.Backbone.Forward(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length])));
        var values = logits.data<float>().ToArray();
        var width = (int)logits.size(2);
        return [.. Enumerable.Range(0, ids.Length).Select(t => values[(t * width)..((t + 1) * width)])];
    }
}
