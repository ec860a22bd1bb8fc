using System.Text;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Folders;

namespace R2ec.Distributed.Node.Api;

/// <summary>What came of a submitted spec: its resolved text, or everything that is wrong with it.</summary>
/// <param name="Resolved">The text that the run begins with; null where there are faults.</param>
/// <param name="Faults">All of them.</param>
internal sealed record SpecIntake(string? Resolved, IReadOnlyList<SpecFault> Faults)
{
    /// <summary>Most bytes of a resolved spec: it is one journal event, and an event has at most 64 KB.</summary>
    public const int MostBytes = 48 * 1024;

    private const string Source = "spec";

    /// <summary>Reads and checks a text that someone sent; nothing of this host is read but what stands below its roots; what is not here may stand on another node.</summary>
    /// <param name="text">The spec, YAML.</param>
    /// <param name="options">Where names of data sets and checkpoints are looked up, here and elsewhere, and how every "auto" becomes definite.</param>
    /// <param name="stop">Ends the asking of other nodes.</param>
    public static async Task<SpecIntake> OfAsync(string text, ApiOptions options, CancellationToken stop)
    {
        if (Encoding.UTF8.GetByteCount(text) > YamlLimits.Bytes)
        {
            return Refused($"the spec has more than {YamlLimits.Bytes} bytes", "write less");
        }

        SpecReading reading;
        try
        {
            reading = SpecFile.Of(Source, text, []);
        }
        catch (InputException torn)
        {
            return Refused(torn.Message, "");
        }

        var elsewhere = new List<FolderKind>();
        foreach (var (kind, name) in SpecRoots.Used(reading.Spec))
        {
            if (options.Roots.PlaceOf(kind, name) is { } place && !Directory.Exists(place) && await options.Elsewhere(kind, name, stop))
            {
                elsewhere.Add(kind);
            }
        }

        IReadOnlyList<SpecFault> faults = [.. reading.Faults, .. options.Roots.Check(reading, elsewhere)];
        if (faults.Count > 0)
        {
            return new SpecIntake(null, faults);
        }

        var resolved = SpecWriter.Resolved(options.Resolve(reading.Spec));
        return Encoding.UTF8.GetByteCount(resolved) <= MostBytes
            ? new SpecIntake(resolved, [])
            : Refused($"the spec with all its keys has more than {MostBytes} bytes", "shorten its texts");
    }

    private static SpecIntake Refused(string rule, string remedy) => new(null, [new SpecFault(new SpecPlace(Source, 0), "", null, rule, remedy)]);
}
