using System.Runtime.Serialization;
using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Wire;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Orchestration.Tests.Wire;

public sealed class WireTests
{
    [Fact]
    public void Every_message_and_every_event_has_a_contract()
    {
        var types = typeof(IWireMessage).Assembly.GetTypes().Concat(typeof(IRunEvent).Assembly.GetTypes())
            .Where(type => type is { IsAbstract: false, IsInterface: false } && (typeof(IWireMessage).IsAssignableFrom(type) || typeof(IRunEvent).IsAssignableFrom(type)));

        Assert.Equal([], types.Where(type => WireContracts.Of(type) is null).Select(type => type.Name));
    }

    [Fact]
    public void Manifests_are_unique() => Assert.Equal(WireContracts.All.Count, WireContracts.All.Select(contract => contract.Manifest).Distinct().Count());

    [Fact]
    public void Every_contract_reads_what_it_writes()
    {
        foreach (var contract in WireContracts.All.Concat(BlobContracts.All))
        {
            var bytes = contract.Write(Samples.Of(contract.Type));
            Assert.True(bytes.AsSpan().SequenceEqual(contract.Write(contract.Read(bytes))), contract.Manifest);
        }
    }

    [Fact]
    public void The_bytes_of_every_contract_are_those_that_were_released()
    {
        var path = Path.Combine(SharedFolder.Repository, "tests", "R2ec.Distributed.Orchestration.Tests", "Wire", "released-bytes.txt");
        string[] written = [.. WireContracts.All.Concat(BlobContracts.All).Select(contract => $"{contract.Manifest} {Convert.ToHexStringLower(contract.Write(Samples.Of(contract.Type)))}")];
        if (Environment.GetEnvironmentVariable("R2EC_RELEASE_WIRE") == "1")
        {
            File.WriteAllLines(path, written);
        }

        Assert.Equal(File.ReadAllLines(path), written);
    }

    [Fact]
    public void A_group_without_reward_terms_has_the_bytes_that_it_had_before_there_were_terms()
    {
        var path = Path.Combine(SharedFolder.Repository, "tests", "R2ec.Distributed.Orchestration.Tests", "Wire", "scored-group-without-terms.txt");
        var bytes = Convert.FromHexString(File.ReadAllText(path).Trim());

        var group = BlobContracts.Read<ScoredGroup>(bytes);

        Assert.All(group.Rewards, reward => Assert.Null(reward.Terms));
        Assert.Equal(bytes, BlobContracts.Write(group));
    }

    [Fact]
    public void A_later_version_may_add_fields_at_the_end()
    {
        var contract = WireContracts.Of("run.completed.v1")!;
        var bytes = contract.Write(Samples.Of(contract.Type));

        byte[] longer = [(byte)(bytes[0] + 1), .. bytes[1..], 0xC0];

        Assert.Equal(Samples.Of(contract.Type), contract.Read(longer));
    }

    [Fact]
    public void A_plan_that_overlaps_says_so_behind_its_numbers_and_one_that_does_not_has_the_bytes_it_always_had()
    {
        var contract = WireContracts.Of("run.started.v1")!;
        var sync = (RunEvents.Started)Samples.Of(typeof(RunEvents.Started));
        var ahead = sync with { Plan = sync.Plan with { Mode = TrainingMode.Async, MaxStaleness = 3 } };

        Assert.Equal(contract.Write(sync).Length + 2, contract.Write(ahead).Length);
        Assert.Equal((TrainingMode.Sync, 0), Overlap((RunEvents.Started)contract.Read(contract.Write(sync))));
        Assert.Equal((TrainingMode.Async, 3), Overlap((RunEvents.Started)contract.Read(contract.Write(ahead))));

        static (TrainingMode, int) Overlap(RunEvents.Started started) => (started.Plan.Mode, started.Plan.MaxStaleness);
    }

    [Fact]
    public void Only_a_plan_of_partial_rollouts_says_so()
    {
        var contract = WireContracts.Of("run.started.v1")!;
        var started = (RunEvents.Started)Samples.Of(typeof(RunEvents.Started));
        var ahead = started with { Plan = started.Plan with { Mode = TrainingMode.Async, MaxStaleness = 3 } };
        var partial = ahead with { Plan = ahead.Plan with { PartialRollouts = true } };

        Assert.Equal(contract.Write(ahead).Length + 1, contract.Write(partial).Length);
        Assert.False(((RunEvents.Started)contract.Read(contract.Write(ahead))).Plan.PartialRollouts);
        Assert.True(((RunEvents.Started)contract.Read(contract.Write(partial))).Plan.PartialRollouts);
    }

    [Theory]
    [InlineData("run.group-completed.v1", "98a673616d706c6592cd012ccd012ccd012cc420af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bfcf000000012a05f200c420af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bfc420af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bfcf08de49ab96b70080")]
    [InlineData("work.lease.v1", "99a673616d706c65a77465787420c3a4cd012c03cd012cc420af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf93c420af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bfcf000000012a05f200a77465787420c3a493c420af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bfcf000000012a05f200a77465787420c3a4ce05f5e100")]
    public void What_names_no_later_version_has_the_bytes_that_it_had_before_there_were_such(string manifest, string hex)
    {
        var (contract, bytes) = (WireContracts.Of(manifest)!, Convert.FromHexString(hex));

        var value = contract.Read(bytes);

        Assert.Equal((null, null), value is RunEvents.GroupCompleted completed ? (completed.Oldest, (object?)completed.Newest) : (null, ((WorkProtocol.Lease)value).Later));
        Assert.Equal(bytes, contract.Write(value));
    }

    [Fact]
    public void A_bundle_and_a_group_of_one_version_have_the_bytes_that_they_had_before_there_were_several()
    {
        var bundle = Convert.FromHexString("93cd012ccd012c92cd012ccd012c");
        var path = Path.Combine(SharedFolder.Repository, "tests", "R2ec.Distributed.Orchestration.Tests", "Wire", "scored-group-without-terms.txt");
        var group = Convert.FromHexString(File.ReadAllText(path).Trim());

        Assert.Null(BlobContracts.Read<RolloutBundle>(bundle).Version);
        Assert.Equal(bundle, BlobContracts.Write(BlobContracts.Read<RolloutBundle>(bundle)));
        Assert.Null(BlobContracts.Read<ScoredGroup>(group).Rollout.Versions);
        Assert.Equal(group, BlobContracts.Write(BlobContracts.Read<ScoredGroup>(group)));
    }

    [Fact]
    public void The_largest_step_of_an_async_run_fits_into_one_event() => Assert.NotNull(WirePassage.Of(new RunEvents.StepAssembled(
        Samples.Run, int.MaxValue, [.. Enumerable.Range(0, RunPlan.MostAssembled).Select(index => new GroupId(int.MaxValue - index, index))], Samples.At)));

    [Fact]
    public void An_earlier_version_may_lack_the_last_fields()
    {
        var contract = WireContracts.Of("cluster.node-beat.v1")!;
        var beat = (ClusterProtocol.NodeBeat)Samples.Of(contract.Type);
        var bytes = contract.Write(beat with { RestartsLeft = null });

        byte[] shorter = [(byte)(bytes[0] - 1), .. bytes[1..^1]];
        byte[] tooShort = [(byte)(bytes[0] - 2), .. bytes[1..^2]];

        Assert.Null(((ClusterProtocol.NodeBeat)contract.Read(shorter)).RestartsLeft);
        Assert.Equal(beat.RestartsLeft, ((ClusterProtocol.NodeBeat)contract.Read(contract.Write(beat))).RestartsLeft);
        Assert.Throws<MessagePack.MessagePackSerializationException>(() => contract.Read(tooShort));
    }

    [Fact]
    public void A_message_over_the_limit_fails_where_it_is_sent()
    {
        var fact = new RunEvents.Failed(Samples.Run, new string('x', WireSerializer.LimitBytes), Samples.At);

        Assert.Contains("blob", Assert.Throws<SerializationException>(() => WirePassage.Of(fact)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_contract_does_not_pass() =>
        Assert.Contains("no contract", Assert.Throws<SerializationException>(() => WirePassage.Of(new Stranger())).Message, StringComparison.Ordinal);

    [Fact]
    public void A_message_arrives_as_another_object_that_was_written_and_read()
    {
        var sent = Samples.Of(typeof(RunEvents.StepPlanned));

        var received = WirePassage.Of(sent);

        Assert.NotSame(sent, received);
        Assert.IsType<RunEvents.StepPlanned>(received);
    }

    [Fact]
    public void Every_actor_of_ours_reads_its_messages_from_the_wire()
    {
        var actors = typeof(IWireMessage).Assembly.GetTypes().Where(type => typeof(ActorBase).IsAssignableFrom(type) && !type.IsAbstract);

        Assert.All(actors, type => Assert.True(Bases(type).Any(ReadsFromTheWire), type.Name));
    }

    [Theory]
    [InlineData("run.completed.v1", "")]
    [InlineData("run.completed.v1", "c1")]
    [InlineData("run.completed.v1", "91a178")]
    [InlineData("run.step-planned.v1", "97a178ce7fffffffddffffffff")]
    [InlineData("run.dreamt.v1", "90")]
    public void Bytes_that_are_no_contract_are_refused(string manifest, string hex) =>
        Assert.Throws<SerializationException>(() => WireSerializer.Read(Convert.FromHexString(hex), manifest));

    private static IEnumerable<Type> Bases(Type? type)
    {
        for (; type is not null && type.Assembly == typeof(IWireMessage).Assembly; type = type.BaseType)
        {
            yield return type;
        }
    }

    private static bool ReadsFromTheWire(Type type) =>
        type.GetMethod("AroundReceive", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.DeclaredOnly) is not null;

    private sealed record Stranger;
}
