namespace R2ec.Distributed.Core.Spec;

/// <summary>A spec as it was written, before any meaning is given to it; every node knows its place. Whatever reads YAML hands in this tree.</summary>
/// <param name="Place">Where it was written.</param>
public abstract record SpecNode(SpecPlace Place)
{
    /// <summary>Keys with values, in the order of the file; a key may stand in it twice.</summary>
    /// <param name="Place">Where it begins.</param>
    /// <param name="Entries">The entries.</param>
    public sealed record Map(SpecPlace Place, IReadOnlyList<Entry> Entries) : SpecNode(Place);

    /// <summary>Values in a row.</summary>
    /// <param name="Place">Where it begins.</param>
    /// <param name="Values">The values.</param>
    public sealed record Sequence(SpecPlace Place, IReadOnlyList<SpecNode> Values) : SpecNode(Place);

    /// <summary>A single value.</summary>
    /// <param name="Place">Where it stands.</param>
    /// <param name="Text">Its text, quotes taken off.</param>
    /// <param name="Quoted">Whether it stood in quotes or in a block: then it is text and nothing else.</param>
    public sealed record Scalar(SpecPlace Place, string Text, bool Quoted) : SpecNode(Place)
    {
        /// <summary>Whether it says that there is no value.</summary>
        public bool IsNull => !Quoted && Text is ("" or "~" or "null" or "Null" or "NULL");
    }

    /// <summary>A key with its value.</summary>
    /// <param name="Place">Where the key stands.</param>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value.</param>
    public sealed record Entry(SpecPlace Place, string Key, SpecNode Value);

    /// <summary>What kind of node it is, for people.</summary>
    public string Kind => this switch
    {
        Map => "a section",
        Sequence => "a list",
        Scalar { IsNull: true } => "nothing",
        _ => "a value",
    };
}
