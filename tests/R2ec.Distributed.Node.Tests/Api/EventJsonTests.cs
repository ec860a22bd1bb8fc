using System.Text.Json;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Api;

namespace R2ec.Distributed.Node.Tests.Api;

public sealed class EventJsonTests
{
    [Fact]
    public void Every_fact_comes_back_as_it_was()
    {
        List<IRunEvent> facts =
        [
            .. Journals.UnderWay(),
            new RunEvents.Resumed(Journals.Run, new Epoch(2), new Dictionary<string, string> { ["Threads x"] = "1" }, FakeControl.Now),
            new RunEvents.NumericsAccepted(Journals.Run, new Dictionary<string, string> { ["threads"] = "2" }, FakeControl.Now),
            new RunEvents.WarmStartAdvanced(Journals.Run, 25, Journals.Weights, [new Metric("loss/token", double.PositiveInfinity)], FakeControl.Now),
            new RunEvents.StepAssembled(Journals.Run, 2, [new GroupId(1, 1), new GroupId(2, 0)], FakeControl.Now),
            new RunEvents.GroupsDropped(Journals.Run, 2, [1], DropRule.Failed, "the device is hot", FakeControl.Now),
            new RunEvents.PlanShortened(Journals.Run, 4, "enough", FakeControl.Now),
            new RunEvents.Completed(Journals.Run, FakeControl.Now), new RunEvents.Interrupted(Journals.Run, FakeControl.Now), new RunEvents.Stopped(Journals.Run, FakeControl.Now),
            new RunEvents.Failed(Journals.Run, "ä \"", FakeControl.Now), new RunEvents.Paused(Journals.Run, "", FakeControl.Now),
        ];
        Assert.Empty(typeof(RunEvents).GetNestedTypes().Except(facts.Select(f => f.GetType())));

        foreach (var (index, fact) in facts.Index())
        {
            var text = EventJson.Write(index, fact).ToJsonString(ApiJson.Form);
            var (sequence, read) = EventJson.Read(JsonSerializer.Deserialize<JsonElement>(text));

            Assert.Equal(index, sequence);
            Assert.Equal(text, EventJson.Write(index, read!).ToJsonString(ApiJson.Form));
            Assert.IsType(fact.GetType(), read);
        }
    }

    [Fact]
    public void A_kind_of_a_later_version_is_passed_over() =>
        Assert.Equal((7, null), EventJson.Read(JsonSerializer.Deserialize<JsonElement>("""{"sequence": 7, "event": "dreamt"}""")));
}
