using System.Security.Cryptography.X509Certificates;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Client;
using R2ec.Distributed.Node.Tests.Api;

namespace R2ec.Distributed.Node.Tests.Client;

public sealed class ClusterClientTests : IDisposable
{
    private readonly string _place = Directory.CreateTempSubdirectory("r2ec-client").FullName;
    private readonly TestCertificates _certificates = new(), _others = new();

    public void Dispose()
    {
        Directory.Delete(_place, recursive: true);
        _certificates.Dispose();
        _others.Dispose();
    }

    [Fact]
    public async Task The_cluster_s_CA_is_trusted()
    {
        using var leaf = _certificates.Loopback();
        Assert.Equal(0, await RunsAsync(leaf, _certificates));
    }

    [Fact]
    public async Task Another_CA_is_not()
    {
        using var leaf = _others.Loopback();
        Assert.Contains("not trusted", (await Assert.ThrowsAsync<UnreachableException>(() => RunsAsync(leaf, _certificates))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nor_a_certificate_for_another_name()
    {
        using var leaf = _certificates.Leaf(names => names.AddDnsName("elsewhere"));
        Assert.Contains("not trusted", (await Assert.ThrowsAsync<UnreachableException>(() => RunsAsync(leaf, _certificates))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_without_an_active_coordinator_is_asked_until_the_patience_is_spent()
    {
        await using var coordinator = await ApiHost.CoordinatorAsync(new FakeControl { IsActive = false });
        using var client = new ClusterClient(Access(coordinator.Address.ToString(), null), TimeSpan.Zero, TimeProvider.System);

        Assert.Contains("standby", (await Assert.ThrowsAsync<UnreachableException>(() => client.GetAsync("runs", default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_comes_back_is_found()
    {
        var control = new FakeControl { IsActive = false };
        await using var coordinator = await ApiHost.CoordinatorAsync(control);
        using var client = new ClusterClient(Access(coordinator.Address.ToString(), null), TimeSpan.FromSeconds(30), TimeProvider.System);

        var waiting = client.GetAsync("runs", default);
        control.IsActive = true;

        Assert.Equal(0, (await waiting).GetArrayLength());
    }

    [Theory]
    [InlineData("http://elsewhere:7443", "no address of an API")]
    [InlineData("ftp://127.0.0.1", "no address of an API")]
    [InlineData("cluster", "no address of an API")]
    [InlineData("https://cluster:7443", "--ca")]
    public void An_address_without_TLS_or_trust_is_refused(string api, string reason) =>
        Assert.Contains(reason, Assert.Throws<InputException>(() => ClusterAccess.OfAddress(api, "token", null, named: true)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_without_a_cluster_says_what_to_do() =>
        Assert.Contains("r2ec cluster up", Assert.Throws<InputException>(() => ClusterAccess.OfFolder(_place, named: true)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_torn_cluster_file_is_named()
    {
        File.WriteAllText(Path.Combine(_place, "cluster.json"), "{\"api\": ");
        Assert.Contains("cluster.json cannot be read", Assert.Throws<InputException>(() => ClusterAccess.OfFolder(_place, named: true)).Message, StringComparison.Ordinal);
    }

    private async Task<int> RunsAsync(X509Certificate2 leaf, TestCertificates trusted)
    {
        await using var coordinator = await ApiHost.CoordinatorAsync(new FakeControl());
        await using var gateway = await ApiHost.GatewayAsync(TimeSpan.FromSeconds(20), leaf, coordinator.Address);
        var ca = Path.Combine(_place, "ca.pem");
        File.WriteAllText(ca, trusted.CaPem);
        using var client = new ClusterClient(Access(gateway.Address.ToString(), ca), TimeSpan.FromSeconds(20), TimeProvider.System);
        return (await client.GetAsync("runs", default)).GetArrayLength();
    }

    private ClusterAccess Access(string api, string? ca)
    {
        var token = Path.Combine(_place, "token");
        File.WriteAllText(token, ApiHost.Read + "\n");
        return ClusterAccess.OfAddress(api, token, ca, named: true);
    }
}
