using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Bulk;

/// <summary>The bulk channel's routes. Bytes are named by their SHA-256; a name that is none is 400, one that is not here is 404. A named folder's manifest says which bytes stand under its name.</summary>
internal static class BulkEndpoints
{
    private const string Bytes = "application/octet-stream";
    private const string Json = "application/json";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, BulkSources sources)
    {
        var manifests = new ManifestShelf();
        routes.MapMethods("/blobs/{sha}", Reading, (string sha) => NamedAsync(sha, digest => BlobAsync(sources, digest)));
        routes.MapDelete("/blobs/{sha}", (string sha) => Named(sha, digest => sources.Blobs.Release(digest) ? Results.NoContent() : Results.NotFound()));
        routes.MapMethods("/weights/{sha}", Reading, (string sha) => Named(sha, digest => ServedFile(sources.Weights(digest))));
        routes.MapGet("/weights/{sha}/manifest", (string sha) => NamedAsync(sha, digest => ManifestAsync(manifests, sources.Weights(digest))));
        routes.MapMethods("/checkpoints/{sha}/{file}", Reading, (string sha, string file) => Named(sha, digest => ServedFile(InCheckpoint(sources, digest, file))));
        routes.MapGet("/checkpoints/{sha}/{file}/manifest", (string sha, string file) => NamedAsync(sha, digest => ManifestAsync(manifests, InCheckpoint(sources, digest, file))));
        routes.MapMethods("/files/{sha}", Reading, (string sha) => Named(sha, digest => ServedFile(sources.Files(digest))));
        routes.MapGet("/files/{sha}/manifest", (string sha) => NamedAsync(sha, digest => ManifestAsync(manifests, sources.Files(digest))));
        foreach (var (kind, place) in ((FolderKind, string)[])[(FolderKind.Data, "data"), (FolderKind.Model, "models")])
        {
            routes.MapGet($"/named/{place}/{{**name}}", (string name) => FolderAsync(sources, kind, name));
            routes.MapMethods($"/named/{place}/{{**name}}", [HttpMethods.Head], (string name) => sources.HasFolder(kind, name) ? Results.Ok() : Results.NotFound());
        }

        routes.MapGet("/holders/{sha}", (string sha) => Named(sha, digest => sources.Holders?.Of(digest) is { Count: > 0 } holders ? Results.Json(holders) : Results.NotFound()));
    }

    private static IResult Named(string sha, Func<Digest, IResult> answer) => Digest.TryParse(sha, out var digest) ? answer(digest) : Results.BadRequest();

    private static Task<IResult> NamedAsync(string sha, Func<Digest, Task<IResult>> answer) =>
        Digest.TryParse(sha, out var digest) ? answer(digest) : Task.FromResult(Results.BadRequest());

    private static async Task<IResult> BlobAsync(BulkSources sources, Digest digest) =>
        (sources.Blobs.Find(digest) ?? await sources.Payloads(digest)) is { } bytes ? Results.Bytes(bytes, Bytes, enableRangeProcessing: true) : Results.NotFound();

    private static async Task<IResult> FolderAsync(BulkSources sources, FolderKind kind, string name) =>
        await sources.Folders(kind, name) is { } json ? Results.Bytes(json, Json) : Results.NotFound();

    private static IResult ServedFile(string? path)
    {
        if (path is null)
        {
            return Results.NotFound();
        }

        try
        {
            return Results.Stream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Bytes, enableRangeProcessing: true);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return Results.NotFound();
        }
    }

    private static async Task<IResult> ManifestAsync(ManifestShelf manifests, string? path) =>
        path is not null && await manifests.OfAsync(path) is { } json ? Results.Bytes(json, Json) : Results.NotFound();

    // Only what the manifest names, so that no name leads out of the folder.
    private static string? InCheckpoint(BulkSources sources, Digest digest, string file) =>
        sources.Checkpoints(digest) is { } folder && CheckpointManifest.Find(folder, digest) is { } manifest && (file == CheckpointManifest.FileName || manifest.Files.ContainsKey(file))
            ? Path.Combine(folder, file)
            : null;
}
