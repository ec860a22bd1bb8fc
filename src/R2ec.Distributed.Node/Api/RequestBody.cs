using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace R2ec.Distributed.Node.Api;

/// <summary>Reads a request's body, up to the limit of the API.</summary>
internal static class RequestBody
{
    /// <summary>The whole body; null where it is over the limit.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > ApiOptions.MostBodyBytes)
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = ApiOptions.MostBodyBytes;
        }

        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            return body.Length <= ApiOptions.MostBodyBytes ? body.ToArray() : null;
        }
        catch (BadHttpRequestException over) when (over.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }
}
