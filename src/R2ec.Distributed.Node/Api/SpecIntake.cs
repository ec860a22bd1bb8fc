using System.Text;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Specs;

namespace R2ec.Distributed.Node.Api;

/// <summary>What came of a submitted spec: its resolved text, or everything that is wrong with it.</summary>
/// <param name="Resolved">The text that the run begins with; null where there are faults.</param>
/// <param name="Faults">All of them.</param>
internal sealed record SpecIntake(string? Resolved, IReadOnlyList<SpecFault> Faults)
{
    /// <summary>Most bytes of a resolved spec: it is one journal event, and an event has at most 64 KB.</summary>
    public const int MostBytes = 48 * 1024;

    private const string Source = "spec";

    /// <summary>Reads and checks a text that someone sent; nothing of this host is read but what stands below its roots.</summary>
    /// <param name="text">The spec, YAML.</param>
    /// <param name="roots">Where names of data sets and checkpoints are looked up.</param>
    /// <param name="resolve">Makes every "auto" definite.</param>
    public static SpecIntake Of(string text, SpecRoots roots, Func<ExperimentSpec, ExperimentSpec> resolve)
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

        IReadOnlyList<SpecFault> faults = [.. reading.Faults, .. roots.Check(reading)];
        if (faults.Count > 0)
        {
            return new SpecIntake(null, faults);
        }

        var resolved = SpecWriter.Resolved(resolve(reading.Spec));
        return Encoding.UTF8.GetByteCount(resolved) <= MostBytes
            ? new SpecIntake(resolved, [])
            : Refused($"the spec with all its keys has more than {MostBytes} bytes", "shorten its texts");
    }

    private static SpecIntake Refused(string rule, string remedy) => new(null, [new SpecFault(new SpecPlace(Source, 0), "", null, rule, remedy)]);
}
