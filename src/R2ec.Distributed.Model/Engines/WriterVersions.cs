using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Model.Generation;

namespace R2ec.Distributed.Model.Engines;

/// <summary>The versions of the policy that write a bundle, in turn.</summary>
internal sealed class WriterVersions
{
    private readonly List<PolicyVersion> _versions;
    private int _first;

    /// <summary>The version that is held when the bundle comes.</summary>
    public WriterVersions(PolicyVersion held) => (_versions, _first) = ([held], held.Version);

    /// <summary>The version that writes now.</summary>
    public PolicyVersion Newest => _versions[^1];

    /// <summary>A later one writes from here on.</summary>
    /// <param name="later">It.</param>
    /// <param name="isFirst">Whether no token is written yet.</param>
    public void Add(PolicyVersion later, bool isFirst)
    {
        _versions.Add(later);
        _first = isFirst ? later.Version : _first;
    }

    /// <summary>Who wrote a chain; null where the version held at first wrote all of it.</summary>
    public IReadOnlyList<VersionSpan>? Spans(ChainRow row) => row.Later.Count == 0 && _first == _versions[0].Version ? null : [new VersionSpan(0, _first), .. row.Later];

    /// <summary>A group with the versions that its chains name.</summary>
    public GroupRollout Named(GroupRollout group)
    {
        var named = group.Completions.SelectMany(chain => chain.Spans ?? []).Select(span => span.Version).ToHashSet();
        return named.Count == 0 ? group : group with { Versions = [_versions[0], .. _versions.Skip(1).Where(version => named.Contains(version.Version))] };
    }
}
