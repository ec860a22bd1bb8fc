using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Hosting;
using Akka.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Node.Tests.Security;

/// <summary>The actors' wire of a node, and those who have no business on it: they are refused, that is logged, and a node of the cluster is heard before and after.</summary>
public sealed class RemotingStrangersTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TestCa _ca = new();
    private readonly TestCa _other = new();

    public void Dispose()
    {
        _ca.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_node_with_another_CAs_certificate_is_refused_and_nothing_that_it_says_is_heard()
    {
        using var node = await Listener.StartAsync(_ca.Node("listener"));
        using var stranger = await Peer.StartAsync(_other.Node("stranger"));

        stranger.Tell(node, "from a stranger");
        await node.LoggedAsync("TLS", "certificate", "handshake");

        await HearsOnlyAFriendAsync(node);
    }

    [Fact]
    public async Task A_node_without_a_certificate_is_refused()
    {
        using var node = await Listener.StartAsync(_ca.Node("listener"));
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", node.Port);
#pragma warning disable CA5359 // the stranger takes any listener: what is asked is whether the listener takes the stranger
        await using var stream = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359

        await RefusedAsync(async () =>
        {
            await stream.AuthenticateAsClientAsync("localhost");
            await stream.ReadExactlyAsync(new byte[1]);
        });

        await node.LoggedAsync("TLS", "certificate", "handshake");
        await HearsOnlyAFriendAsync(node);
    }

    [Theory]
    [InlineData(0x7f000000, 64)]
    [InlineData(200_000, 64)]
    public async Task A_frame_over_the_limit_is_cut_off_before_it_is_read(int declared, int sent)
    {
        using var node = await Listener.StartAsync(_ca.Node("listener"));
        await using var stream = await DialAsync(node, _ca.Node("dialler"));

        await stream.WriteAsync((byte[])[.. BitConverter.GetBytes(declared), .. new byte[sent]]);

        await RefusedAsync(() => stream.ReadExactlyAsync(new byte[1]).AsTask());
        await node.LoggedAsync("frame", "TooLong", "exceeds");
        await HearsOnlyAFriendAsync(node);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_refused()
    {
        using var node = await Listener.StartAsync(_ca.Node("listener"));
        await using var stream = await DialAsync(node, _ca.Node("dialler"));

        await stream.WriteAsync((byte[])[.. BitConverter.GetBytes(40), .. Enumerable.Repeat((byte)0xff, 40)]);

        await RefusedAsync(() => stream.ReadExactlyAsync(new byte[1]).AsTask());
        await HearsOnlyAFriendAsync(node);
    }

    [Fact]
    public async Task A_message_of_ours_with_other_bytes_is_dropped_and_logged()
    {
        using var node = await Listener.StartAsync(_ca.Node("listener"));
        using var broken = await Peer.StartAsync(_ca.Node("broken"), akka => akka.WithCustomSerializer("broken", [typeof(ClusterProtocol.PauseRun)], system => new BrokenSerializer(system)));

        broken.Tell(node, "whole");
        await node.LoggedAsync("serializ", "cluster.pause-run");

        await HearsOnlyAFriendAsync(node);
    }

    private async Task HearsOnlyAFriendAsync(Listener node)
    {
        using var friend = await Peer.StartAsync(_ca.Node("friend"));
        friend.Tell(node, "from-a-friend");
        Assert.Equal("from-a-friend", await node.HeardAsync());
    }

    private static async Task RefusedAsync(Func<Task> talk)
    {
        using var limit = new CancellationTokenSource(Patience);
        await Assert.ThrowsAnyAsync<Exception>(() => talk().WaitAsync(limit.Token));
        Assert.False(limit.IsCancellationRequested, "it was neither answered nor cut off");
    }

    private static async Task<SslStream> DialAsync(Listener node, NodeIdentity identity)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", node.Port);
        var stream = new SslStream(socket.GetStream(), false, (_, certificate, _, _) => identity.Trusts(certificate as X509Certificate2));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ClientCertificateContext = SslStreamCertificateContext.Create(identity.Certificate, null, offline: true) });
        return stream;
    }

    private static async Task<IHost> StartAsync(NodeIdentity identity, ILoggerProvider logs, Action<AkkaConfigurationBuilder>? more)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddLogging();
        builder.Services.AddAkka("r2ec", (akka, _) =>
        {
            akka.ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLoggerFactory(new LoggerFactory([logs]));
            }).WithNodeRemoting(new RemotingOptions("127.0.0.1", 0, null, identity.Certificate, identity.Trusts));
            more?.Invoke(akka);
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>A node that takes note of what it hears and logs.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly IHost _host;
        private readonly Lines _logs;
        private readonly Channel<string> _heard;

        private Listener(IHost host, Lines logs, Channel<string> heard) => (_host, _logs, _heard) = (host, logs, heard);

        public Address Address => ((ExtendedActorSystem)_host.Services.GetRequiredService<ActorSystem>()).Provider.DefaultAddress;

        public int Port => Address.Port!.Value;

        public static async Task<Listener> StartAsync(NodeIdentity identity)
        {
            var (logs, heard) = (new Lines(), Channel.CreateUnbounded<string>());
            var host = await RemotingStrangersTests.StartAsync(identity, logs, akka => akka.WithActors((system, _) => system.ActorOf(Props.Create(() => new Ear(heard)), Door.Name)));
            return new Listener(host, logs, heard);
        }

        public async Task<string> HeardAsync()
        {
            using var limit = new CancellationTokenSource(Patience);
            return await _heard.Reader.ReadAsync(limit.Token);
        }

        public async Task LoggedAsync(params string[] words)
        {
            using var limit = new CancellationTokenSource(Patience);
            var seen = new List<string>();
            try
            {
                while (await _logs.Written.Reader.ReadAsync(limit.Token) is var line)
                {
                    seen.Add(line);
                    if (words.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase)))
                    {
                        return;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"nothing of {string.Join(", ", words)} was logged, but: {string.Join('\n', seen)}");
            }
        }

        public void Dispose() => _host.Dispose();
    }

    /// <summary>Another node that speaks to the first.</summary>
    private sealed class Peer : IDisposable
    {
        private readonly IHost _host;

        private Peer(IHost host) => _host = host;

        public static async Task<Peer> StartAsync(NodeIdentity identity, Action<AkkaConfigurationBuilder>? more = null) => new(await RemotingStrangersTests.StartAsync(identity, new Lines(), more));

        public void Tell(Listener node, string words) =>
            _host.Services.GetRequiredService<ActorSystem>().ActorSelection($"{node.Address}/user/{Door.Name}").Tell(new ClusterProtocol.PauseRun(new RunId(words)), ActorRefs.NoSender);

        public void Dispose() => _host.Dispose();
    }

    private sealed class Ear : ReceiveActor
    {
        public Ear(Channel<string> heard) => ReceiveAny(message => heard.Writer.TryWrite(message is ClusterProtocol.PauseRun said ? said.Run.Value : $"{message}"));
    }

    /// <summary>Says that its bytes are a message of ours.</summary>
    private sealed class BrokenSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
    {
        public override int Identifier => WireSerializer.Id;

        public override byte[] ToBinary(object obj) => [0xc1, 0xc1, 0xc1];

        public override string Manifest(object o) => "cluster.pause-run.v1";

        public override object FromBinary(byte[] bytes, string manifest) => throw new NotSupportedException();
    }

    /// <summary>Warnings and errors.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public Channel<string> Written { get; } = Channel.CreateUnbounded<string>();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Written.Writer.TryWrite($"{logLevel}: {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
