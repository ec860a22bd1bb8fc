namespace R2ec.Distributed.Core.Identity;

/// <summary>One next-item sample of the run's data set: train, valid and test samples are numbered through, in this order.</summary>
/// <param name="Value">Number from 0.</param>
public readonly record struct SampleId(int Value);
