using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Specs;

namespace R2ec.Distributed.Node.Tests.Specs;

public sealed class RewardTermSpecTests
{
    private const string Sound = """
        data: {source: quickstart}
        model: {source: scratch, tokenizer: train, chat_template: none}
        rewards:
          terms:
            - name: brevity
              kind: length
              weight: 0.2
            - name: judge
              kind: service
              url: https://judge.example.org/score?model=small
              token: judge
              in_flight: 2

        """;

    [Fact]
    public void Terms_are_read_with_their_defaults_and_written_as_they_are_read()
    {
        var spec = Read(Sound).Sound();

        Assert.Equal([("brevity", 0.2, 640), ("judge", 1.0, 640)], spec.Rewards.Terms.Select(term => (term.Name, term.Weight, term.MostTokens)));
        var resolved = SpecWriter.Resolved(spec);
        Assert.Equal(resolved, SpecWriter.Resolved(Read(resolved).Sound()));
        Assert.Contains("  terms:\n    - name: brevity\n      kind: length\n", resolved, StringComparison.Ordinal);
    }

    [Fact]
    public void A_spec_without_terms_says_so() => Assert.Contains("  terms: []\n", SpecWriter.Resolved(Read("seed: 3\n").Spec), StringComparison.Ordinal);

    [Theory]
    [InlineData("name: brevity\n      weigth: 1", "spec.yaml:6: rewards.terms[0].weigth: no such key; did you mean 'rewards.terms[0].weight'?")]
    [InlineData("name: Brevity", "spec.yaml:5: rewards.terms[0].name is Brevity: a term has a name of lower-case letters")]
    [InlineData("kind: length", "rewards.terms[0].name is : a term has a name")]
    [InlineData("name: judge", "an earlier term has this name")]
    [InlineData("name: a\n      weight: 1001", "spec.yaml:6: rewards.terms[0].weight is 1001: it must be at most 1000")]
    [InlineData("name: a\n      free_tokens: 640", "rewards.terms[0].free_tokens is 640: it is not below most_tokens, 640")]
    [InlineData("name: a\n      kind: lenght", "did you mean 'length'?")]
    [InlineData("name: a\n      kind: format", "rewards.terms[0].pattern: a term of kind format needs a pattern")]
    [InlineData("name: a\n      kind: format\n      pattern: '(a)\\1'", "no regular expression that can be matched in linear time")]
    [InlineData("name: a\n      pattern: a", "a term of kind length has no use for it")]
    [InlineData("name: a\n      kind: service", "rewards.terms[0].url: a term of kind service needs an address")]
    [InlineData("name: a\n      kind: service\n      url: ftp://host/score", "it is no address of a service")]
    [InlineData("name: a\n      kind: service\n      url: http://me:secret@host/score", "it is no address of a service")]
    [InlineData("name: a\n      kind: service\n      url: /score", "it is no address of a service")]
    [InlineData("name: a\n      kind: service\n      url: http://host\n      token: ../key", "it is no name of a token")]
    public void A_fault_of_a_term_is_told_with_its_place(string term, string expected)
    {
        var reading = Read(Sound.Replace("- name: brevity\n      kind: length\n      weight: 0.2\n", $"- {term}\n", StringComparison.Ordinal));

        Assert.Contains(reading.Faults, fault => fault.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_list_is_overridden_whole_and_not_in_part()
    {
        Assert.Equal("form", Assert.Single(Read(Sound, "rewards.terms=[{name: form, kind: format, pattern: a}]").Sound().Rewards.Terms).Name);
        Assert.Contains("give the whole list", Assert.Single(Read(Sound, "rewards.terms.weight=2").Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rewards_that_are_all_the_same_are_refused() =>
        Assert.Contains(Read("rewards: {recpo_weight: 0}\n").Faults, fault => fault.Key == "rewards.recpo_weight");

    private static SpecReading Read(string yaml, params string[] sets) => SpecFile.Of("spec.yaml", yaml, sets);
}
