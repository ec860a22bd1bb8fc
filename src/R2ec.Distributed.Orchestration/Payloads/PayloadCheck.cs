using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>Stored bytes against the digest that an event names them by.</summary>
/// <param name="Digest">The digest.</param>
/// <param name="Whose">The payload and its place, for the message: <c>of step 3, group 5 in payloads.db</c>.</param>
/// <param name="Remedy">What to do.</param>
internal readonly record struct PayloadCheck(Digest Digest, string Whose, string Remedy)
{
    /// <summary>The packed bytes, if they are those.</summary>
    /// <exception cref="InputException">They are others.</exception>
    internal byte[] Same(byte[] packed) => Digest.Of(packed) == Digest
        ? packed
        : throw new InputException($"Payload {Digest.Brief} {Whose} was changed: its hash is {Digest.Of(packed).Brief} now. {Remedy}");

    /// <summary>The content of packed bytes that were compared.</summary>
    /// <exception cref="InputException">They are no frame, or longer than the limit.</exception>
    internal byte[] Unpacked(byte[] packed)
    {
        try
        {
            return Packed.Unpack(packed);
        }
        catch (InvalidDataException fault)
        {
            throw new InputException($"Payload {Digest.Brief} {Whose} cannot be read: {fault.Message}", fault);
        }
    }
}
