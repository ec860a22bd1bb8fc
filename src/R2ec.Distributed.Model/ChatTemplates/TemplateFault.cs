namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>A template does what cannot be done. Its line is known where it is caught; a fault never leaves this folder.</summary>
internal sealed class TemplateFault(string message, int line = 0) : Exception(message)
{
    /// <summary>The line, counted from 1, or 0: the one being rendered.</summary>
    public int Line { get; } = line;
}
