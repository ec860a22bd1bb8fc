using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Bulk;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Weights;
using R2ec.Distributed.Orchestration.Wire;

/// <summary>The bulk channel on loopback: an adapter to eight nodes, full weights to one, beside sockets that do nothing else; and control messages meanwhile.</summary>
internal static class BulkSpeed
{
    private const int Adapter = 20_000_000;
    private const int Full = 1_000_000_000;
    private const int Nodes = 8;
    private const int Repeats = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(string what)
    {
        var scratch = Directory.CreateTempSubdirectory("r2ec-bulk-");
        try
        {
            var ca = new DevelopmentCa(scratch.FullName, TimeProvider.System);
            ca.Create(force: false);
            ca.Issue("node", ["localhost", "127.0.0.1"], scratch.FullName, force: false);
            using var identity = NodeIdentity.Load(Path.Combine(scratch.FullName, "ca.pem"), Path.Combine(scratch.FullName, "node.pem"), Path.Combine(scratch.FullName, "node.key"));
            await (what switch
            {
                "adapter" => AdapterAsync(scratch.FullName, identity),
                "full" => FullAsync(scratch.FullName, identity),
                _ => ControlAsync(scratch.FullName, identity),
            });
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static async Task AdapterAsync(string scratch, NodeIdentity identity)
    {
        foreach (var secure in new[] { true, false })
        {
            await using var holder = await Holder.StartAsync(scratch, identity, secure);
            var times = new List<double>();
            for (var repeat = 0; repeat <= Repeats; repeat++)
            {
                var weights = holder.Publish(Adapter, repeat);
                var clients = Enumerable.Range(0, Nodes).Select(_ => holder.Client()).ToList();
                var began = Stopwatch.StartNew();
                await Task.WhenAll(clients.Select((client, i) => FetchAsync(holder, client, Path.Combine(scratch, $"node-{secure}-{repeat}-{i}"), weights)));
                times.Add(began.Elapsed.TotalMilliseconds);
                clients.ForEach(client => client.Dispose());
            }

            // The first one compiles the code.
            Report($"20 MB to {Nodes} nodes, {(secure ? "TLS" : "no TLS")}", times.Skip(1));
        }
    }

    private static async Task FullAsync(string scratch, NodeIdentity identity)
    {
        await using var holder = await Holder.StartAsync(scratch, identity, secure: true);
        using var client = holder.Client();
        await FetchAsync(holder, client, Path.Combine(scratch, "warm"), holder.Publish(Adapter, 0));
        var weights = holder.Publish(Full, 1);
        var path = Path.Combine(holder.Folder, weights.Hex + ".safetensors");
        for (var repeat = 0; repeat < 3; repeat++)
        {
            Rate("plain sockets", await SocketAsync(path, null, false));
            Rate("SslStream and SHA-256", await SocketAsync(path, identity, true));
            var began = Stopwatch.StartNew();
            var into = Path.Combine(scratch, $"full-{repeat}");
            await FetchAsync(holder, client, into, weights);
            Rate(repeat == 0 ? "bulk channel, the holder's manifest included, onto the disk" : "bulk channel, onto the disk", began.Elapsed);
            Directory.Delete(into, recursive: true);
        }
    }

    private static async Task ControlAsync(string scratch, NodeIdentity identity)
    {
        await using var holder = await Holder.StartAsync(scratch, identity, secure: true);
        using var client = holder.Client();
        var weights = holder.Publish(Full, 1);
        using var near = await SystemAsync(identity);
        using var far = await SystemAsync(identity);
        var place = ((ExtendedActorSystem)far.Services.GetRequiredService<ActorSystem>()).Provider.DefaultAddress;
        far.Services.GetRequiredService<ActorSystem>().ActorOf(Props.Create(() => new Echo()), "echo");
        var system = near.Services.GetRequiredService<ActorSystem>();
        var echo = await system.ActorSelection($"{place}/user/echo").ResolveOne(Patience);
        Report("control messages, nothing else", await RoundTripsAsync(echo, Task.Delay(TimeSpan.FromSeconds(5))));
        for (var repeat = 0; repeat < 3; repeat++)
        {
            var into = Path.Combine(scratch, $"full-{repeat}");
            Report("control messages while 1 GB streams", await RoundTripsAsync(echo, FetchAsync(holder, client, into, weights)));
            Directory.Delete(into, recursive: true);
        }

        await Task.WhenAll(near.StopAsync(), far.StopAsync());
    }

    // One every 10 ms, whether the one before is back or not: a wait delays none that follows.
    private static async Task<IReadOnlyList<double>> RoundTripsAsync(IActorRef echo, Task until)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var trips = new List<Task<double>>();
        while (!until.IsCompleted && await pace.WaitForNextTickAsync())
        {
            trips.Add(TripAsync(echo));
        }

        await until;
        return await Task.WhenAll(trips);
    }

    private static async Task<double> TripAsync(IActorRef echo)
    {
        var began = Stopwatch.GetTimestamp();
        await echo.Ask<ClusterProtocol.PauseRun>(new ClusterProtocol.PauseRun(new RunId("control")), Patience);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static async Task<IHost> SystemAsync(NodeIdentity identity)
    {
        var host = AkkaHost.Build(NullLoggerFactory.Instance, Patience, akka => akka.WithNodeRemoting(new RemotingOptions("127.0.0.1", 0, null, identity.Certificate, identity.Trusts)));
        await host.StartAsync();
        return host;
    }

    private static async Task FetchAsync(Holder holder, HttpClient client, string folder, Digest weights)
    {
        using var store = new ClusterWeights(folder, client, () => [holder.Address]);
        await store.GetAsync(weights, CancellationToken.None);
    }

    private static async Task<TimeSpan> SocketAsync(string path, NodeIdentity? identity, bool hashed)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var bytes = await File.ReadAllBytesAsync(path);
        var sent = SendAsync(listener, bytes, identity);
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        await using var stream = await ReadingAsync(socket, identity);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[1 << 20];
        var began = Stopwatch.StartNew();
        for (long taken = 0, count; taken < bytes.LongLength; taken += count)
        {
            count = await stream.ReadAsync(piece);
            if (hashed)
            {
                hash.AppendData(piece, 0, (int)count);
            }
        }

        var took = began.Elapsed;
        await sent;
        return took;
    }

    private static async Task SendAsync(TcpListener listener, byte[] bytes, NodeIdentity? identity)
    {
        using var socket = await listener.AcceptTcpClientAsync();
        Stream stream = socket.GetStream();
        if (identity is not null)
        {
            var secure = new SslStream(stream);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = identity.Certificate });
            stream = secure;
        }

        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    private static async Task<Stream> ReadingAsync(TcpClient socket, NodeIdentity? identity)
    {
        if (identity is null)
        {
            return socket.GetStream();
        }

        var secure = new SslStream(socket.GetStream(), false, (_, certificate, _, _) => identity.Trusts(certificate as X509Certificate2));
        await secure.AuthenticateAsClientAsync("localhost");
        return secure;
    }

    private static void Rate(string name, TimeSpan took) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {Full / took.TotalSeconds / 1e6:0} MB/s ({took.TotalSeconds:0.00} s)"));

    private static void Report(string name, IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: median {sorted[sorted.Length / 2]:0.0} ms, p99 {sorted[(int)(sorted.Length * 0.99)]:0.0} ms, worst {sorted[^1]:0.0} ms, {sorted.Length} times"));
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<IWireMessage>(message => Sender.Tell(message));
    }

    /// <summary>A node that serves weights, with or without TLS, and knows itself to be their holder.</summary>
    private sealed class Holder : IAsyncDisposable
    {
        private readonly HolderDirectory _holders = new();
        private readonly NodeIdentity _identity;
        private readonly bool _secure;
        private BulkHost? _closed;
        private WebApplication? _open;

        private Holder(string folder, NodeIdentity identity, bool secure) => (Folder, _identity, _secure) = (folder, identity, secure);

        public string Folder { get; }

        public string Address { get; private set; } = "";

        public static async Task<Holder> StartAsync(string scratch, NodeIdentity identity, bool secure)
        {
            var holder = new Holder(Directory.CreateDirectory(Path.Combine(scratch, secure ? "closed" : "open")).FullName, identity, secure);
            await (secure ? holder.ListenAsync() : holder.ListenOpenAsync());
            return holder;
        }

        public HttpClient Client() => _secure ? _identity.Client(Patience) : new HttpClient(new Unsecured());

        public Digest Publish(int length, int seed)
        {
            var bytes = new byte[length];
            new Random(seed).NextBytes(bytes);
            var weights = Digest.Of(bytes);
            File.WriteAllBytes(Path.Combine(Folder, weights.Hex + ".safetensors"), bytes);
            _holders.Add(weights, Address);
            return weights;
        }

        public async ValueTask DisposeAsync()
        {
            if (_closed is not null)
            {
                await _closed.DisposeAsync();
            }

            if (_open is not null)
            {
                await _open.DisposeAsync();
            }
        }

        private BulkSources Sources() => new()
        {
            Blobs = new ClusterBlobs("", new HttpClient(), TimeProvider.System),
            Weights = digest => Path.Combine(Folder, digest.Hex + ".safetensors"),
            Holders = _holders,
        };

        private async Task ListenAsync()
        {
            _closed = new BulkHost(new NodeAddress("127.0.0.1", 0), _identity, NullLoggerFactory.Instance, routes => BulkEndpoints.Map(routes, Sources()));
            await _closed.StartAsync(CancellationToken.None);
            Address = _closed.Dialled;
        }

        private async Task ListenOpenAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            builder.Services.AddRoutingCore();
            _open = builder.Build();
            BulkEndpoints.Map(_open, Sources());
            await _open.StartAsync();
            Address = new Uri(_open.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;
        }

        private sealed class Unsecured() : DelegatingHandler(new SocketsHttpHandler())
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = "http" }.Uri;
                return base.SendAsync(request, cancellationToken);
            }
        }
    }
}
