namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>A message that may cross a wire. Every one has a contract, and every one goes through it, in one process too.</summary>
public interface IWireMessage;
