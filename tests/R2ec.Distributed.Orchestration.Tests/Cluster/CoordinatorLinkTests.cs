using Akka.Actor;
using Akka.TestKit.Xunit;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Rollouts;

namespace R2ec.Distributed.Orchestration.Tests.Cluster;

public sealed class CoordinatorLinkTests : TestKit
{
    [Fact]
    public void What_is_asked_goes_to_whoever_coordinates_now_in_the_name_of_who_asked()
    {
        var (worker, first, second) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        var link = Sys.ActorOf(CoordinatorLink.Props());

        link.Tell(new WorkProtocol.AskForWork("early", [(int)WorkKind.Rollout]), worker);
        link.Tell(new CoordinatorLink.Point(first));
        link.Tell(new WorkProtocol.AskForWork("to the first", [(int)WorkKind.Rollout]), worker);
        link.Tell(new CoordinatorLink.Point(second));
        link.Tell(new WorkProtocol.AskForWork("to the second", [(int)WorkKind.Rollout]), worker);

        Assert.Equal("to the second", second.ExpectMsg<WorkProtocol.AskForWork>().Worker);
        Assert.Equal(worker.Ref, second.LastSender);
        Assert.Equal("to the first", first.ExpectMsg<WorkProtocol.AskForWork>().Worker);
        first.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }
}
