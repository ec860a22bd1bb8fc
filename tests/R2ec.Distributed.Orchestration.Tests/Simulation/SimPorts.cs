using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Weights;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>Blobs of a process, which die with it; others ask for them as the bulk channel would.</summary>
internal sealed class SimBlobs(SimMachine machine, SimProcess process) : IBlobStore
{
    private readonly MemoryBlobStore _own = new();

    public string Self => process.Address;

    public BlobRef Put(byte[] bytes) => _own.Put(bytes) with { Holder = Self };

    public ValueTask<byte[]> GetAsync(BlobRef blob, CancellationToken stop) => Holder(blob) is { } holder
        ? holder._own.GetAsync(blob, stop)
        : ValueTask.FromException<byte[]>(new BlobLostException($"{blob.Holder} does not answer."));

    public void Release(BlobRef blob) => Holder(blob)?._own.Release(blob);

    private SimBlobs? Holder(BlobRef blob) => this.IsOwn(blob) ? this : machine.At(blob.Holder) is { } holder && machine.Reaches(process, holder) ? holder.Blobs : null;
}

/// <summary>Payloads in the database, as a coordinator has them.</summary>
internal sealed class SimPayloads(SimDatabase database) : IPayloads
{
    public Task PutAsync(IReadOnlyList<Payload> payloads)
    {
        if (database.IsDown)
        {
            return Task.FromException(new DatabaseLostException());
        }

        foreach (var payload in payloads)
        {
            database.Payloads[payload.Digest] = payload;
        }

        return Task.CompletedTask;
    }

    public Task ReplaceTableAsync(Payload table, int kept) => PutAsync([table]);

    public Task<int> SweepAsync(int after, int until, IReadOnlyCollection<Digest> kept)
    {
        if (database.IsDown)
        {
            return Task.FromException<int>(new DatabaseLostException());
        }

        var gone = database.Payloads.Values.Where(payload => payload.Kind == PayloadKind.Group && payload.Step > after && payload.Step <= until && !kept.Contains(payload.Digest)).ToList();
        gone.ForEach(payload => database.Payloads.Remove(payload.Digest));
        return Task.FromResult(gone.Count);
    }

    public Task<byte[]> ReadAsync(Digest digest, string place) => database switch
    {
        { IsDown: true } => Task.FromException<byte[]>(new DatabaseLostException()),
        _ when database.Payloads.TryGetValue(digest, out var payload) => Task.FromResult(Packed.Unpack(payload.Packed)),
        _ => Task.FromException<byte[]>(new InputException($"payload {digest.Brief} of {place} is missing")),
    };

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Payloads as a learner reads them: through the coordinator that named them.</summary>
internal sealed class SimPayloadReader(SimMachine machine, SimProcess process, string holder) : IPayloadReader
{
    public Task<byte[]> ReadAsync(Digest digest, string place) => machine.At(holder) is { } at && machine.Reaches(process, at) && !machine.Database.IsDown
        ? new SimPayloads(machine.Database).ReadAsync(digest, place)
        : Task.FromException<byte[]>(new BlobLostException($"{holder} does not answer."));
}

/// <summary>Policies on a node's disk, and on those of the others that answer.</summary>
internal sealed class SimWeights(SimMachine machine, SimProcess process, string disks) : IWeightStore
{
    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(disks, process.Node, "weights")).FullName;

    public ValueTask<string> GetAsync(Digest weights, CancellationToken stop)
    {
        var path = Path.Combine(Folder, weights.Hex + ".safetensors");
        if (!File.Exists(path))
        {
            var holder = machine.Living.Where(other => machine.Reaches(process, other)).Select(other => Path.Combine(disks, other.Node, "weights", weights.Hex + ".safetensors")).FirstOrDefault(File.Exists);
            if (holder is null)
            {
                return ValueTask.FromException<string>(new BlobLostException($"Nobody who answers has the weights {weights.Brief}."));
            }

            File.Copy(holder, path);
        }

        return ValueTask.FromResult(path);
    }

    public void Prune(IReadOnlyCollection<Digest> keep)
    {
        foreach (var path in Directory.EnumerateFiles(Folder).Where(path => !keep.Contains(new Digest(Path.GetFileNameWithoutExtension(path)))))
        {
            File.Delete(path);
        }
    }
}

/// <summary>Checkpoints on the disks of the others that answer.</summary>
internal sealed class SimCopies(SimMachine machine, SimProcess process, string disks) : ICheckpointCopies
{
    public Task<bool> FetchAsync(CheckpointRecord checkpoint, IReadOnlyList<string> holders, CancellationToken stop)
    {
        var place = Path.Combine(disks, process.Node, "checkpoints", checkpoint.Folder);
        if (Directory.Exists(place))
        {
            return Task.FromResult(true);
        }

        var holder = machine.Living.Where(other => other != process && machine.Reaches(process, other)).Select(other => Path.Combine(disks, other.Node, "checkpoints", checkpoint.Folder)).FirstOrDefault(Directory.Exists);
        if (holder is null)
        {
            return Task.FromResult(false);
        }

        Directory.CreateDirectory(place);
        foreach (var file in Directory.EnumerateFiles(holder))
        {
            File.Copy(file, Path.Combine(place, Path.GetFileName(file)));
        }

        return Task.FromResult(true);
    }
}

/// <summary>The journals as the coordinator reads them.</summary>
internal sealed class SimJournals(SimDatabase database) : IRunJournals
{
    public Task<IReadOnlyList<RunId>> RunsAsync(CancellationToken stop) => database.IsDown ? Task.FromException<IReadOnlyList<RunId>>(new DatabaseLostException()) : Task.FromResult(database.Runs);

    public async Task<RunState> StateAsync(RunId run, CancellationToken stop)
    {
        var state = SnapshotOf(run) ?? new RunState(run);
        return (await ReadAsync(run, state.Facts, stop)).Aggregate(state, (at, fact) => at.Apply(fact));
    }

    private RunState? SnapshotOf(RunId run) => database.SnapshotsOf(run.PersistenceId).Select(pair => SnapshotSerializer.Read(pair.Value, "snapshot.run.v1")).OfType<RunSnapshot>().FirstOrDefault()?.State;

    public Task<IReadOnlyList<IRunEvent>> ReadAsync(RunId run, long after, CancellationToken stop) =>
        database.IsDown ? Task.FromException<IReadOnlyList<IRunEvent>>(new DatabaseLostException()) : Task.FromResult<IReadOnlyList<IRunEvent>>([.. database.Facts(run).Skip((int)after)]);
}

/// <summary>A run that names no folder.</summary>
/// <param name="gathered">What the gathering of none waits for; null for nothing.</param>
internal sealed class SimFolders(Task? gathered = null) : IRunFolders
{
    public async Task<IReadOnlyList<NamedFolder>> GatherAsync(string spec, Action<string> tell, CancellationToken stop)
    {
        await (gathered ?? Task.CompletedTask);
        return [];
    }

    public Task BringAsync(IReadOnlyList<NamedFolder> folders, Action<string> tell, CancellationToken stop) => Task.CompletedTask;
}
