using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Tests.Security;

/// <summary>Each test has a token of its own name: variables belong to the whole process.</summary>
public sealed class RewardTokensTests
{
    [Fact]
    public void A_token_is_read_from_its_variable()
    {
        Environment.SetEnvironmentVariable("R2EC_REWARD_TOKEN_PLAIN_1", "secret\n");

        Assert.Equal("secret", RewardTokens.Read("plain_1"));
    }

    [Fact]
    public void A_token_is_read_from_the_file_that_a_variable_names()
    {
        var folder = Directory.CreateTempSubdirectory("r2ec-reward-token-");
        try
        {
            var place = Path.Combine(folder.FullName, "token");
            SecretFile.Write(place, "secret");
            Environment.SetEnvironmentVariable("R2EC_REWARD_TOKEN_FILED_FILE", place);

            Assert.Equal("secret", RewardTokens.Read("filed"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_token_that_is_not_held_is_named_with_what_to_set() =>
        Assert.Contains(
            "R2EC_REWARD_TOKEN_ABSENT_FILE",
            Assert.Throws<InputException>(() => RewardTokens.Require(new RewardsSpec { Terms = [new RewardTermSpec { Name = "judge", Kind = "service", Token = "absent" }] })).Message,
            StringComparison.Ordinal);
}
