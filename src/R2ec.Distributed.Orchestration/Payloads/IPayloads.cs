using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>A run's payloads: bytes that its events name by their hash. Durable before the event that names them.</summary>
public interface IPayloads : IPayloadReader, IAsyncDisposable
{
    /// <summary>Stores payloads together; known ones stay. Durable when the task ends.</summary>
    /// <exception cref="R2ec.Distributed.Core.InputException">They cannot be stored: the disk is full, the file cannot be written.</exception>
    Task PutAsync(IReadOnlyList<Payload> payloads);

    /// <summary>Stores an item table. Of the others the newest stay: they are in use until an event names this one, or planned steps name them.</summary>
    /// <param name="table">The table.</param>
    /// <param name="kept">How many others stay, 1 or more.</param>
    Task ReplaceTableAsync(Payload table, int kept);

    /// <summary>Removes groups of some steps; item tables, ranks and chains of evaluations stay.</summary>
    /// <param name="after">Of steps after this one.</param>
    /// <param name="until">Up to this one.</param>
    /// <param name="kept">Groups that stay all the same.</param>
    /// <returns>How many were removed.</returns>
    Task<int> SweepAsync(int after, int until, IReadOnlyCollection<Digest> kept);
}

/// <summary>Where payloads are read, by whoever trains them.</summary>
public interface IPayloadReader
{
    /// <summary>A payload's content, unpacked.</summary>
    /// <param name="digest">As the event names it: SHA-256 of the packed bytes.</param>
    /// <param name="place">Whose it is, for the message: <c>step 3, group 5</c>.</param>
    /// <exception cref="R2ec.Distributed.Core.InputException">It is missing, changed, or longer than the limit; the message names the place and the digest.</exception>
    Task<byte[]> ReadAsync(Digest digest, string place);
}
