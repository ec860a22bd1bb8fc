using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Orchestration.Folders;

namespace R2ec.Distributed.Node.Specs;

/// <summary>
/// Where a node keeps what submitted specs name: data sets and checkpoints by their names below these folders. A spec from elsewhere reaches nothing else of
/// the host.
/// </summary>
/// <param name="Data">Folder of data sets; null where the node has none.</param>
/// <param name="Models">Folder of checkpoints; null where the node has none.</param>
internal sealed record SpecRoots(string? Data, string? Models)
{
    /// <summary>A fault for each name that is none: absolute, with <c>..</c>, or empty parts. Nothing is looked up.</summary>
    public static IReadOnlyList<SpecFault> Names(SpecReading reading) =>
        [.. Named(reading.Spec).Where(n => !IsName(n.Value)).Select(n => Fault(reading, n.Key, n.Value, "a cluster takes names below its nodes' roots, and this is no such name", "name the folder as it is called there, without a leading '/' and without '..'"))];

    /// <summary>The folders that a spec makes use of, by kind and name.</summary>
    public static IEnumerable<(FolderKind Kind, string Name)> Used(ExperimentSpec spec)
    {
        if (spec.Data is { Source: "prepared", Path: { Length: > 0 } data })
        {
            yield return (FolderKind.Data, data);
        }

        if (spec.Model is { Source: "checkpoint", Path: { Length: > 0 } model })
        {
            yield return (FolderKind.Model, model);
        }
    }

    /// <summary>Where a folder stands or would stand; null where there is no root for it, the name is none, or a link on its way leads out.</summary>
    public string? PlaceOf(FolderKind kind, string name) => (kind == FolderKind.Data ? Data : Models) is { } root && IsName(name) && StaysWithin(Path.GetFullPath(root), name)
        ? Path.Combine(Path.GetFullPath(root), name)
        : null;

    /// <summary>A fault for each name that is none, leads out of its root, or names nothing that is there.</summary>
    /// <param name="reading">The spec.</param>
    /// <param name="elsewhere">Folders that other nodes have: they are fetched, and whether they are whole is seen then.</param>
    public IReadOnlyList<SpecFault> Check(SpecReading reading, IReadOnlyCollection<FolderKind>? elsewhere = null)
    {
        var names = Names(reading);
        if (names.Count > 0)
        {
            return names;
        }

        var places = Named(reading.Spec).SelectMany(n => Place(reading, n.Key, n.Value)).ToList();
        return places.Count > 0 ? places : [.. NamedFiles.Check(reading with { Spec = Under(reading.Spec) }).Where(fault => elsewhere?.Contains(fault.Key == "data.path" ? FolderKind.Data : FolderKind.Model) != true).Select(fault => Told(fault, reading.Spec))];
    }

    /// <summary>The spec with the places that its names have on this node.</summary>
    public ExperimentSpec Under(ExperimentSpec spec) => spec with
    {
        Data = spec.Data with { Path = Under(Data, spec.Data.Source == "prepared" ? spec.Data.Path : null) ?? spec.Data.Path },
        Model = spec.Model with { Path = Under(Models, spec.Model.Source == "checkpoint" ? spec.Model.Path : null) ?? spec.Model.Path },
    };

    private static string? Under(string? root, string? name) => root is null || name is null ? null : Path.Combine(Path.GetFullPath(root), name);

    // A path that the spec does not use is no name that anyone follows, but it stands in the spec: it is held to the same rule.
    private static IEnumerable<(string Key, string Value)> Named(ExperimentSpec spec)
    {
        if (spec.Data.Path is { Length: > 0 } data)
        {
            yield return ("data.path", data);
        }

        if (spec.Model.Path is { Length: > 0 } model)
        {
            yield return ("model.path", model);
        }
    }

    private static bool IsName(string path) =>
        !Path.IsPathRooted(path) && !path.Any(c => char.IsControl(c) || c is '\\' or ':') && path.Split('/').All(part => part.Length > 0 && part[0] != '.' && part != "~");

    private IEnumerable<SpecFault> Place(SpecReading reading, string key, string name)
    {
        var (root, what, used) = key == "data.path" ? (Data, "data_root", reading.Spec.Data.Source == "prepared") : (Models, "model_root", reading.Spec.Model.Source == "checkpoint");
        if (!used)
        {
            yield break;
        }

        if (root is null)
        {
            yield return Fault(reading, key, name, $"this cluster has no {what}", $"set {what} in the nodes' configuration and put the folder there");
        }
        else if (!StaysWithin(Path.GetFullPath(root), name))
        {
            yield return Fault(reading, key, name, $"a link leads out of {what}", "put the folder itself there");
        }
    }

    /// <summary>Whether no link on the way leads out of the root, however many links follow each other.</summary>
    private static bool StaysWithin(string root, string name)
    {
        var real = Real(root);
        var at = real;
        foreach (var part in name.Split('/'))
        {
            at = Real(Path.Combine(at, part));
            if (at != real && !at.StartsWith(real.TrimEnd('/') + "/", StringComparison.Ordinal))
            {
                return false;
            }
        }

        return Inside(at).All(file => Real(file).StartsWith(real.TrimEnd('/') + "/", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Inside(string folder) => Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder) : [];

    private static string Real(string path)
    {
        try
        {
            if (!Path.Exists(path) && new FileInfo(path).LinkTarget is null)
            {
                return path;                                        // what is not there leads nowhere
            }

            return (Directory.Exists(path) ? Directory.ResolveLinkTarget(path, returnFinalTarget: true) : File.ResolveLinkTarget(path, returnFinalTarget: true))?.FullName ?? path;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return "";                                              // a ring of links leads nowhere that is within
        }
    }

    // The submitter knows the name that was written, not where this host keeps it.
    private static SpecFault Told(SpecFault fault, ExperimentSpec written) => fault with { Value = fault.Key == "data.path" ? written.Data.Path : written.Model.Path };

    private static SpecFault Fault(SpecReading reading, string key, string value, string rule, string remedy) =>
        new(reading.Places.GetValueOrDefault(key, new SpecPlace(reading.Source, 0)), key, value, rule, remedy);
}
