using System.Globalization;
using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;

/// <summary>Keeps a number of bundles open at a dispatcher until all are done; stands where the run's actor stands. Each bundle has to finish exactly once.</summary>
internal sealed class WorkFeed : ReceiveActor
{
    private static readonly Digest Policy = Digest.Of("policy"u8);

    private readonly IActorRef _dispatcher;
    private readonly MemoryBlobStore _blobs;
    private readonly int _total;
    private readonly Action<WorkId, int> _onDone;
    private readonly TaskCompletionSource _ended;
    private readonly WorkKind _kind;
    private readonly HashSet<WorkId> _open = [];
    private int _next;
    private int _done;

    public WorkFeed(IActorRef dispatcher, MemoryBlobStore blobs, WorkKind kind, int total, int open, Action<WorkId, int> onDone, TaskCompletionSource ended)
    {
        (_dispatcher, _blobs, _kind, _total, _onDone, _ended) = (dispatcher, blobs, kind, total, onDone, ended);
        Receive<WorkProtocol.WorkFinished>(OnFinished);
        Receive<WorkProtocol.WorkExhausted>(m => ended.TrySetException(new InvalidOperationException($"{m.Work}: {m.Reason}")));
        Receive<Begin>(_ => Fill(open));
    }

    private void Fill(int count)
    {
        for (; count > 0 && _next < _total; count--)
        {
            var work = new WorkId(string.Create(CultureInfo.InvariantCulture, $"1/bundle/{_next}"));
            var content = _blobs.Put(BitConverter.GetBytes(_next++));
            _open.Add(work);
            _dispatcher.Tell(new WorkProtocol.Enqueue(work, _kind, new Epoch(1), Policy, null, content, 1));
        }
    }

    private void OnFinished(WorkProtocol.WorkFinished finished)
    {
        if (!_open.Remove(finished.Work))
        {
            _ended.TrySetException(new InvalidOperationException($"{finished.Work} finished twice"));
        }

        _blobs.Release(finished.Result);
        _onDone(finished.Work, ++_done);
        if (_done == _total)
        {
            _ended.TrySetResult();
            return;
        }

        Fill(1);
    }

    internal sealed record Begin : INoSerializationVerificationNeeded;
}
