using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace R2ec.Distributed.Node.Tests.Api;

/// <summary>Plain requests of the tests.</summary>
internal static class Asking
{
    private static readonly HttpClient Http = new();

    internal static async Task<(HttpStatusCode Status, string Body, HttpResponseHeaders Headers)> AskAsync(this ApiHost host, HttpMethod method, string path, string? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(host.Address, "/api/v1/" + path));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers);
    }

    internal static async Task<JsonElement> GetAsync(this ApiHost host, string path)
    {
        var (status, body, _) = await host.AskAsync(HttpMethod.Get, path);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {(int)status} {body}");
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    internal static string Submission(string name, string spec) => JsonSerializer.Serialize(new { name, spec });
}
