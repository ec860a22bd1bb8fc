namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c> or <c>assistant</c>; what else there is depends on the template.</param>
/// <param name="Content">The text, written into the prompt as the template says; nothing in it is interpreted.</param>
public sealed record ChatMessage(string Role, string Content);
