using System.Data.Common;
using System.Runtime.Serialization;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>A stored event before it is read: what it is, is checked first.</summary>
/// <param name="Sequence">Its number in the run.</param>
/// <param name="Manifest">Its contract.</param>
/// <param name="Serializer">Who wrote it; null where that is not said.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Message">Those bytes; null where they are over the limit.</param>
internal readonly record struct JournalRow(long Sequence, string Manifest, long? Serializer, long Length, byte[]? Message)
{
    /// <summary>The columns in the order of <see cref="Of"/>; the function that gives a blob's bytes has another name in each database.</summary>
    internal static string Columns(string length) =>
        $"sequence_number, manifest, identifier, {length}(message), case when {length}(message) <= {WireSerializer.LimitBytes} then message end";

    internal static JournalRow Of(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.GetInt64(3), row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4));

    /// <summary>The event.</summary>
    /// <param name="expected">The number that it has to have.</param>
    /// <param name="place">The journal, for the message.</param>
    /// <param name="remedy">What to do about a journal that is not whole.</param>
    /// <exception cref="InputException">It has another number, or is not what this version writes.</exception>
    internal IRunEvent Event(long expected, string place, string remedy)
    {
        if (Sequence != expected)
        {
            throw new InputException($"{place}: event {expected} is missing, event {Sequence} follows. {remedy}");
        }

        if (Message is null)
        {
            throw new InputException($"{place}: event {Sequence} ({Manifest}) has {Length} bytes, the limit of a frame is {WireSerializer.LimitBytes}. It was not written by r2ec.");
        }

        if (Serializer != WireSerializer.Id || WireContracts.Of(Manifest) is null)
        {
            throw new InputException($"{place}: event {Sequence} is a '{Manifest}', which this version does not know: the journal was written by a newer one. Take that version, or update this one.");
        }

        try
        {
            return WireSerializer.Read(Message, Manifest) as IRunEvent
                ?? throw new InputException($"{place}: event {Sequence} ({Manifest}) is no event of a run.");
        }
        catch (SerializationException fault)
        {
            throw new InputException($"{place}: event {Sequence} is damaged: {fault.Message} {remedy}", fault);
        }
    }
}
