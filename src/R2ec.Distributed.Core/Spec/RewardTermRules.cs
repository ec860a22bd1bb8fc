using System.Text.RegularExpressions;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Core.Spec;

/// <summary>The rules that span the keys of reward terms: what a kind needs, and what it has no use for.</summary>
internal static partial class RewardTermRules
{
    /// <summary>Requires what must hold of every term.</summary>
    public static void Check(RewardsSpec rewards, SpecRules.Rule require)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, term) in rewards.Terms.Index())
        {
            var at = $"rewards.terms[{index}]";
            require(Name().IsMatch(term.Name), $"{at}.name", term.Name, "a term has a name of lower-case letters, digits, '_' and '-', at most 40, a letter first", "give it one, such as brevity");
            require(names.Add(term.Name), $"{at}.name", term.Name, "an earlier term has this name", "give it another");
            Needed(term, at, require);
            Useless(term, at, require);
        }

        require(rewards.RecpoWeight > 0 || rewards.Terms.Any(term => term.Weight != 0), "rewards.recpo_weight", 0, "no term has a weight either, so every chain would be worth the same", "raise it, or give a term a weight");
    }

    private static void Needed(RewardTermSpec term, string at, SpecRules.Rule require)
    {
        switch (term.Kind)
        {
            case "length":
                require(term.FreeTokens < term.MostTokens, $"{at}.free_tokens", term.FreeTokens, $"it is not below most_tokens, {term.MostTokens}, so the value would not fall", "lower it, or raise most_tokens");
                break;
            case "format":
                require(term.Pattern is not null, $"{at}.pattern", null, "a term of kind format needs a pattern", "give it a regular expression");
                require(term.Pattern is null || SpecRules.IsPattern(term.Pattern), $"{at}.pattern", term.Pattern, "it is no regular expression that can be matched in linear time", "mend it; look-arounds and back-references are not supported");
                break;
            case "service":
                require(term.Url is not null, $"{at}.url", null, "a term of kind service needs an address", "give it one, such as http://judge:8080/score");
                require(term.Url is null || IsAddress(term.Url), $"{at}.url", term.Url, "it is no address of a service", "write http:// or https:// with a host, and no name, password or '#' part; a secret goes into token");
                require(term.Token is null || Secret().IsMatch(term.Token), $"{at}.token", term.Token, "it is no name of a token", "letters, digits and '_', at most 40; the token itself never stands in a spec");
                break;
            default:
                break;
        }
    }

    private static void Useless(RewardTermSpec term, string at, SpecRules.Rule require)
    {
        require(term.Kind == "format" || term.Pattern is null, $"{at}.pattern", term.Pattern, $"a term of kind {term.Kind} has no use for it", "remove the key, or set kind to format");
        require(term.Kind == "format" || !term.Rejects, $"{at}.rejects", "true", $"a term of kind {term.Kind} has no use for it", "remove the key, or set kind to format");
        require(term.Kind == "service" || term.Url is null, $"{at}.url", term.Url, $"a term of kind {term.Kind} has no use for it", "remove the key, or set kind to service");
        require(term.Kind == "service" || term.Token is null, $"{at}.token", term.Token, $"a term of kind {term.Kind} has no use for it", "remove the key, or set kind to service");
    }

    private static bool IsAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) && address.Host.Length > 0 && address.UserInfo.Length == 0 && address.Fragment.Length == 0;

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,39}$")]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z0-9_]{1,40}$")]
    private static partial Regex Secret();
}
