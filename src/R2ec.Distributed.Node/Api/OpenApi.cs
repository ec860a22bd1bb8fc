namespace R2ec.Distributed.Node.Api;

/// <summary>The API's description: docs/openapi.json, embedded.</summary>
internal static class OpenApi
{
    private const string Asset = "R2ec.Distributed.Node.Assets.openapi.json";

    /// <summary>Its text.</summary>
    public static string Text()
    {
        using var stream = typeof(OpenApi).Assembly.GetManifestResourceStream(Asset)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
