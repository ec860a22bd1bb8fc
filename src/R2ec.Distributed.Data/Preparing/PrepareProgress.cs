namespace R2ec.Distributed.Data.Preparing;

/// <summary>How far a preparation is.</summary>
/// <param name="File">Name of the file that is read, or what is done else.</param>
/// <param name="Line">Lines read of it.</param>
/// <param name="Fraction">Share of the file read, 0 to 1.</param>
public readonly record struct PrepareProgress(string File, long Line, double Fraction);
