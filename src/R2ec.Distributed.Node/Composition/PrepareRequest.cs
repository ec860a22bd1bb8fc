namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>prepare</c> was asked, as it was written.</summary>
internal sealed record PrepareRequest(
    string Format,
    string Interactions,
    string Items,
    string Out,
    string? Start,
    string? End,
    int KCore,
    int Window,
    int MinItems,
    bool RequirePrice,
    string ItemStatistics,
    double? MinRating,
    int MinItemEvents,
    int MinUserEvents,
    int MaxBrokenLines);
