using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RewardTerms;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Rewards;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Orchestration.Tests.Rewards;

/// <summary>The examples of docs/reward-services.md.</summary>
public sealed partial class ServicePageTests
{
    private static readonly string[] Examples = [.. Block().Matches(File.ReadAllText(Path.Combine(SharedFolder.Repository, "docs", "reward-services.md"))).Select(block => block.Groups["json"].Value)];

    [Fact]
    public void The_request_of_the_page_is_what_a_service_is_sent()
    {
        var group = new GroupRollout(
            new GroupId(7, 4), new SampleId(9), Digest.Of("p"u8), Digest.Of("t"u8),
            [new Completion([1], 6, true, [], [], 0, 0, 3, 0, [5, 2], [], "Someone who hikes.<answer>")]);

        var sent = ServiceContracts.Write("judge", [new TermRequest(new RunId("shoes-3"), new Attempt(1), group, 0)], new Shop());

        Assert.Equal(JsonNode.Parse(Examples[0])!.ToJsonString(), JsonNode.Parse(sent)!.ToJsonString());
    }

    [Fact]
    public void The_answer_of_the_page_is_read()
    {
        var results = ServiceContracts.Read(System.Text.Encoding.UTF8.GetBytes(Examples[1]));

        Assert.Equal(new TermResult.Score(0.75), results["7/4/0"]);
        Assert.Equal(new TermResult.Rejected("names a person"), results["7/4/1"]);
        Assert.Equal(new TermResult.Failed("the judge is out of memory"), results["7/4/2"]);
    }

    [GeneratedRegex(@"```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    private sealed class Shop : IRewardTexts
    {
        public string Prompt(SampleId sample) => "The user bought: Trail Shoe, Rain Jacket.";

        public string Title(int item) => item switch { 5 => "Head Lamp", 2 => "Rain Trousers", _ => "Wool Socks" };

        public int Target(SampleId sample) => 12;
    }
}
