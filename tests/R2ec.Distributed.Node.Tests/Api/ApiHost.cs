using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Node.Api;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Node.Specs;

namespace R2ec.Distributed.Node.Tests.Api;

/// <summary>A server of this process on a free port of the loopback.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    internal const string Read = "read-token-of-the-test", Write = "write-token-of-the-test";
    private static readonly HttpClient Plain = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly WebApplication _app;

    private ApiHost(WebApplication app) => _app = app;

    internal Uri Address => new(_app.Urls.First());

    internal IEnumerable<RouteEndpoint> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();

    internal static Task<ApiHost> CoordinatorAsync(FakeControl control, SpecRoots? roots = null, Func<ApiOptions, ApiOptions>? with = null)
    {
        var options = new ApiOptions { Roots = roots ?? new SpecRoots(null, null), Resolve = spec => spec with { Device = "cpu" } };
        return StartAsync(app => ApiRoutes.Map(app, control, with is null ? options : with(options)));
    }

    internal static Task<ApiHost> GatewayAsync(TimeSpan patience, params Uri[] coordinators) => GatewayAsync(patience, null, coordinators);

    internal static Task<ApiHost> GatewayAsync(TimeSpan patience, X509Certificate2? certificate, params Uri[] coordinators) => StartAsync(
        app => GatewayRoutes.Map(app, new GatewayOptions
        {
            Client = Plain,
            Coordinators = coordinators,
            Patience = patience,
            Pause = TimeSpan.FromMilliseconds(20),
            OneTry = TimeSpan.FromSeconds(5),
            Tokens = new TokenGate(Read, Write).Of,
        }),
        certificate);

    internal static async Task<ApiHost> StartAsync(Action<WebApplication> map, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new ApiHost(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
