using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Tests.Security;

/// <summary>A CA in a folder that goes with the test, and the nodes that it knows.</summary>
internal sealed class TestCa : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("r2ec-ca-");
    private readonly List<NodeIdentity> _identities = [];
    private readonly TimeProvider _clock;

    public TestCa(TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        Ca = new DevelopmentCa(Folder, _clock);
        Ca.Create(force: false);
    }

    public string Folder => _folder.FullName;

    public DevelopmentCa Ca { get; }

    public string Of(string name) => Path.Combine(Folder, name);

    /// <summary>A node that is dialled by loopback.</summary>
    public NodeIdentity Node(string name, TimeProvider? clock = null, params string[] addresses)
    {
        Ca.Issue(name, addresses is [] ? ["localhost", "127.0.0.1"] : addresses, Folder, force: false);
        var identity = NodeIdentity.Load(Of("ca.pem"), Of(name + ".pem"), Of(name + ".key"), clock ?? _clock);
        _identities.Add(identity);
        return identity;
    }

    public void Dispose()
    {
        _identities.ForEach(identity => identity.Dispose());
        _folder.Delete(recursive: true);
    }
}
