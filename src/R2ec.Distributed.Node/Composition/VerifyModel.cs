using System.Globalization;
using System.Text.Json;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Native;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>model verify</c> does.</summary>
internal static class VerifyModel
{
    /// <summary>Compares and prints; the result is the exit code.</summary>
    public static int Run(string folder, string reference, bool json)
    {
        NativeRuntime.Prepare();
        var report = ModelVerification.Run(folder, reference);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                passes = report.Passes,
                tensors = report.Tensors.Select(t => new { name = t.Name, largest = double.IsFinite(t.Largest) ? t.Largest : (double?)null, tolerance = t.Tolerance, passes = t.Passes }),
            }));
        }
        else
        {
            foreach (var tensor in report.Tensors)
            {
                Console.Out.WriteLine($"{(tensor.Passes ? "equal  " : "differs")} {tensor.Name}: largest deviation {tensor.Largest.ToString("0.00e0", CultureInfo.InvariantCulture)}, tolerance {tensor.Tolerance.ToString("0.00e0", CultureInfo.InvariantCulture)}");
            }

            Console.Out.WriteLine(report.Summary);
        }

        return report.Passes ? ExitCode.Done : ExitCode.Failed;
    }
}
