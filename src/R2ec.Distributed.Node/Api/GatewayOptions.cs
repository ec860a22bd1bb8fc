namespace R2ec.Distributed.Node.Api;

/// <summary>What a gateway needs.</summary>
internal sealed record GatewayOptions
{
    /// <summary>Reaches the coordinators' bulk channels: its certificate and its trust are in it. It follows no redirect and has no timeout of its own.</summary>
    public required HttpClient Client { get; init; }

    /// <summary>Base addresses of the coordinators' bulk channels.</summary>
    public required IReadOnlyList<Uri> Coordinators { get; init; }

    /// <summary>What a token allows.</summary>
    public required TokenCheck Tokens { get; init; }

    /// <summary>How long the gateway looks for an active coordinator.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one coordinator may take until its answer begins.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan OneTry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between two rounds.</summary>
    /// <value>Default 500 ms.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The clock that paces the rounds.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
