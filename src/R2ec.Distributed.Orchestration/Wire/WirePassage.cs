using System.Runtime.Serialization;
using Akka.Actor;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>A message as the other side of a wire would see it.</summary>
internal static class WirePassage
{
    private static readonly string Ours = typeof(WirePassage).Assembly.GetName().Name!.Split(".Orchestration")[0];

    /// <summary>The message written and read again; an actor's word to itself and Akka's own messages pass as they are.</summary>
    /// <exception cref="SerializationException">A message of ours has no contract, or is over the limit.</exception>
    internal static object Of(object message)
    {
        if (message is INoSerializationVerificationNeeded)
        {
            return message;
        }

        if (WireContracts.Of(message.GetType()) is { } contract)
        {
            return WireSerializer.Read(WireSerializer.Write(contract, message), contract.Manifest);
        }

        return message.GetType().Assembly.GetName().Name!.StartsWith(Ours, StringComparison.Ordinal)
            ? throw new SerializationException($"{message.GetType().Name} has no contract: it could not cross a wire.")
            : message;
    }
}
