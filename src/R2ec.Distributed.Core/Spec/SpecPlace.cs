namespace R2ec.Distributed.Core.Spec;

/// <summary>Where a value was written: a line of a file, or an override on the command line.</summary>
/// <param name="Source">The file's name as it was given, or the override's text.</param>
/// <param name="Line">Line from 1; 0 for an override.</param>
public readonly record struct SpecPlace(string Source, int Line)
{
    /// <summary><c>file:line</c>, or the override.</summary>
    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}
