namespace R2ec.Distributed.Core.Spec;

/// <summary>
/// How users and items are put into words. A template names what it shows in braces; `{{` and `}}` are braces themselves. A number takes its decimals
/// behind a colon (`{rating:0}`), an attribute the values to show at most (`{attribute.genres:2}`).
/// </summary>
public sealed record PromptSpec
{
    /// <summary>System turn of a chat.</summary>
    [SpecKey("System turn of a chat; empty leaves it to the chat template.")]
    public string System { get; init; } = "";

    /// <summary>The user's message.</summary>
    [SpecKey("The user's message: {history}, {thing}, {things}.", Source = "R2ec, released prompts")]
    public string User { get; init; } =
        "Analyze in depth and finally recommend next {thing} I might purchase inside <answer> and </answer>.\nFor example, <answer>a product</answer>.\n\n" +
        "Below is my historical {things} purchases and ratings (out of 5):\n{history}";

    /// <summary>One event of the history.</summary>
    [SpecKey("One event of {history}: {age}, {title}, {rating}, {text}, {average_rating}, {rating_count}, {attribute.NAME}.", Source = "R2ec, released prompts")]
    public string HistoryLine { get; init; } = "{age} ago: [{title}] ({rating})";

    /// <summary>Text between two events.</summary>
    [SpecKey("What stands between two events of {history}.")]
    public string HistorySeparator { get; init; } = "\n";

    /// <summary>The text that begins the answer.</summary>
    [SpecKey("Text with which the answer begins; the policy goes on from there.")]
    public string AssistantPrefix { get; init; } = "";

    /// <summary>An item's message.</summary>
    [SpecKey("An item's message: {title}, {average_rating}, {rating_count}, {text}, {thing}, {things}, {attribute.NAME}.", Source = "R2ec, released prompts")]
    public string Item { get; init; } =
        "Summarize key attributes of the following {thing} inside <answer> and </answer>.\n\n" +
        "Title: {title}\nUser Rating: {average_rating}\nNumber of Buyers: {rating_count}\nDescription: {text}";

    /// <summary>The end of an item's prompt.</summary>
    [SpecKey("The marker at the end of an item's prompt; in a chat it begins the answer.")]
    public string ItemSuffix { get; init; } = "<answer>";

    /// <summary>An item's message where training never saw the item.</summary>
    [SpecKey("An item's message where the training period never shows the item; empty: the same as for others.")]
    public string UnseenItem { get; init; } = "";

    /// <summary>The title of an item that training never saw.</summary>
    [SpecKey("What {title} shows of an item that the training period never shows: {title}, {attribute.NAME}; empty: its title.")]
    public string UnseenTitle { get; init; } = "";

    /// <summary>What an item is called.</summary>
    [SpecKey("What {thing} says: one item, such as gift card.")]
    public string Thing { get; init; } = "item";

    /// <summary>What items are called.</summary>
    [SpecKey("What {things} says: several items, such as gift cards.")]
    public string Things { get; init; } = "items";

    /// <summary>Longest title.</summary>
    [SpecKey("Words of a title at most, with ... behind a cut one; 0 leaves titles whole.", Min = 0, Max = 1000)]
    public int TitleWords { get; init; }

    /// <summary>Longest description.</summary>
    [SpecKey("Words of a description at most, with ... behind a cut one; 0 leaves them as prepared (100 words).", Min = 0, Max = 1000)]
    public int TextWords { get; init; }

    /// <summary>How ages read.</summary>
    [SpecKey("exact: 12.5min, 3h 20.0min, 2d 4.5h; days: 2d, at least one.", Choices = "exact|days")]
    public string AgeStyle { get; init; } = "exact";
}
