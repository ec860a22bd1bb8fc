using System.Text.RegularExpressions;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Core.RewardTerms;

/// <summary>Form: 1 where the chain's whole text, marker included, matches an expression; else 0, or a rejection. Matched in time linear in the text.</summary>
public sealed class FormatTerm : IRewardTerm
{
    private readonly Regex _form;
    private readonly bool _rejects;

    /// <summary>A term of an expression.</summary>
    /// <param name="pattern">The expression, for the whole text.</param>
    /// <param name="rejects">Whether a miss is a rejection.</param>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It cannot be matched in linear time.</exception>
    public FormatTerm(string pattern, bool rejects) =>
        (_form, _rejects) = (new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking), rejects);

    /// <inheritdoc/>
    public TermResult Of(GroupRollout group, int completion)
    {
        ArgumentNullException.ThrowIfNull(group);
        return _form.IsMatch(group.Completions[completion].Text) ? new TermResult.Score(1) : _rejects ? new TermResult.Rejected("the text misses the pattern") : new TermResult.Score(0);
    }
}
