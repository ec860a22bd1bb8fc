using R2ec.Distributed.Core.Sampling;
using R2ec.Distributed.Model.Generation;
using R2ec.Distributed.Model.Tests.Engines;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Model.Tests.Generation;

public sealed class ChainRowTests : IDisposable
{
    private readonly Toy _toy = new(Toy.Small);

    [Theory]
    [InlineData("<answer>")]
    [InlineData("<|answer|>")]
    [InlineData("<|a|n|s|w|e|r|>")]
    [InlineData("like <|ans|wer>x")]
    [InlineData("<<|answer|>")]
    public void A_marker_written_in_any_tokens_ends_the_chain_with_all_tokens_sampled(string pieces)
    {
        int[] tokens = [.. pieces.Split('|').SelectMany(piece => _toy.Tokenizer.Encode(piece))];
        var row = new ChainRow(_toy.Context.Marker, _toy.Context.EndOfTurn, 50);

        var taken = 0;
        while (!row.IsLast && taken < tokens.Length)
        {
            row.Take(Drawn(tokens[taken++]));
        }

        Assert.True(row.WroteMarker);
        Assert.True(row.IsLast);
        Assert.False(row.Samples);
        Assert.Equal(tokens[..taken], row.Tokens);
        Assert.Equal(taken, row.SampledCount);
        Assert.Contains(AnswerMarker.Default, _toy.Tokenizer.Decode(row.Tokens), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_chain_gets_the_marker_behind_its_sampled_tokens()
    {
        var row = new ChainRow(_toy.Context.Marker, _toy.Context.EndOfTurn, 3);
        var words = _toy.Tokenizer.Encode(" then bought like so next")[..3];

        foreach (var token in words)
        {
            row.Take(Drawn(token));
        }

        Assert.False(row.Samples);
        Feed(row);
        Assert.Equal([.. words, .. _toy.Context.Marker.Ids], row.Tokens);
        Assert.Equal(3, row.SampledCount);
        Assert.Equal(3, row.PolicyLogProbabilities.Length);
        Assert.Equal(3, row.SamplerLogProbabilities.Length);
        Assert.False(row.WroteMarker);
    }

    [Fact]
    public void A_marker_whose_last_token_is_the_last_allowed_counts_as_written()
    {
        var row = new ChainRow(_toy.Context.Marker, _toy.Context.EndOfTurn, _toy.Context.Marker.Ids.Length);

        foreach (var token in _toy.Context.Marker.Ids)
        {
            row.Take(Drawn(token));
        }

        Assert.True(row.WroteMarker);
        Assert.Equal(_toy.Context.Marker.Ids, row.Tokens);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void An_end_of_turn_is_dropped_and_the_marker_follows(int before)
    {
        var row = new ChainRow(_toy.Context.Marker, _toy.Context.EndOfTurn, 9);
        var words = _toy.Tokenizer.Encode(" then bought like")[..before];
        foreach (var token in words)
        {
            row.Take(Drawn(token));
        }

        row.Take(Drawn(Assert.Single(_toy.Context.EndOfTurn)));
        Feed(row);

        Assert.Equal([.. words, .. _toy.Context.Marker.Ids], row.Tokens);
        Assert.Equal(before, row.SampledCount);
        Assert.Equal(before, row.PolicyLogProbabilities.Length);
        Assert.Equal(before == 0 ? 0 : 0.5, row.MeanEntropy, 1e-12);
        Assert.False(row.WroteMarker);
    }

    public void Dispose() => _toy.Dispose();

    private static void Feed(ChainRow row)
    {
        while (!row.IsLast)
        {
            row.Force();
        }
    }

    private static SampledToken Drawn(int token) => new(token, -1.5f, -1.25f, 0.5f);
}
