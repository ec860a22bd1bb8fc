using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Sampling;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Model.Generation;

/// <summary>
/// One chain while it is written. It is sampled token by token until it writes its marker, ends its turn or reaches its length; in the last two cases the
/// marker's tokens are fed behind it. Done when its last token was fed and its hidden state taken.
/// </summary>
internal sealed class ChainRow(AnswerMarker marker, IReadOnlySet<int> ends, int maxNewTokens)
{
    private readonly List<int> _tokens = [];
    private readonly List<float> _policy = [];
    private readonly List<float> _sampler = [];
    private readonly List<VersionSpan> _later = [];
    private MarkerScanner _scanner = marker.Scanner();
    private double _entropy;
    private int _forced = -1;
    private int _sampled;

    /// <summary>Token that is fed next.</summary>
    public int Next { get; private set; }

    /// <summary>Whether <see cref="Next"/> is the chain's last token.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Whether the next token has to be sampled, once <see cref="Next"/> was fed.</summary>
    public bool Samples => _forced < 0 && !IsLast;

    /// <summary>Tokens sampled so far: the place of the next draw.</summary>
    public int SampledCount => _sampled;

    /// <summary>Whether the chain wrote its marker itself.</summary>
    public bool WroteMarker { get; private set; }

    /// <summary>All tokens, the marker included once the chain is done.</summary>
    public int[] Tokens => [.. _tokens];

    /// <summary>Policy log-probability of each sampled token.</summary>
    public float[] PolicyLogProbabilities => [.. _policy];

    /// <summary>Sampler log-probability of each sampled token.</summary>
    public float[] SamplerLogProbabilities => [.. _sampler];

    /// <summary>Mean entropy along the chain, in nats.</summary>
    public double MeanEntropy => _sampled == 0 ? 0 : _entropy / _sampled;

    /// <summary>Where later versions of the policy took over; empty where the first one wrote all.</summary>
    public IReadOnlyList<VersionSpan> Later => _later;

    /// <summary>What follows is written by a later version of the policy.</summary>
    public void GoOver(int version) => _later.Add(new VersionSpan(_tokens.Count, version));

    /// <summary>Takes a sampled token.</summary>
    public void Take(in SampledToken drawn)
    {
        if (ends.Contains(drawn.Token))
        {
            Force();
            return;
        }

        _tokens.Add(drawn.Token);
        _policy.Add(drawn.PolicyLogProbability);
        _sampler.Add(drawn.SamplerLogProbability);
        _entropy += drawn.Entropy;
        _sampled++;
        Next = drawn.Token;
        if (_scanner.Append(drawn.Token))
        {
            (WroteMarker, IsLast) = (true, true);
        }
        else if (_sampled == maxNewTokens)
        {
            _forced = 0;
        }
    }

    /// <summary>Moves on to the next forced token.</summary>
    public void Force()
    {
        _forced = Math.Max(_forced, 0);
        Next = marker.Ids[_forced++];
        _tokens.Add(Next);
        IsLast = _forced == marker.Ids.Length;
    }
}
