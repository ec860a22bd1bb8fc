using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Learning;

/// <summary>Reads golden JSON and measures distances. Nothing here knows a file's shapes, names or counts.</summary>
internal static class Goldens
{
    public static JsonNode Read(string path) => JsonNode.Parse(File.ReadAllBytes(path))!;

    public static double[] Doubles(JsonNode? row) => [.. row!.AsArray().Select(value => value!.GetValue<double>())];

    public static int[] Ints(JsonNode? row) => [.. row!.AsArray().Select(value => value!.GetValue<int>())];

    public static double[][] Rows(JsonNode? rows) => [.. rows!.AsArray().Select(Doubles)];

    public static int[][] IntRows(JsonNode? rows) => [.. rows!.AsArray().Select(Ints)];

    public static double[] Flat(double[][] rows) => [.. rows.SelectMany(row => row)];

    /// <summary>A tensor's numbers, row-major, widened.</summary>
    public static double[] Numbers(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to_type(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }

    /// <summary>|actual − expected| / |expected| over all numbers.</summary>
    public static double RelativeL2(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var norm = Math.Sqrt(expected.Sum(x => x * x));
        return Math.Sqrt(expected.Zip(actual, (e, a) => (e - a) * (e - a)).Sum()) / Math.Max(norm, double.Epsilon);
    }

    /// <summary>Largest absolute difference.</summary>
    public static double Furthest(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Length == 0 ? 0 : expected.Zip(actual, (e, a) => double.IsFinite(a) ? Math.Abs(e - a) : double.PositiveInfinity).Max();
    }

    /// <summary>Holds a difference below a tolerance and says how much of it was used.</summary>
    public static void Within(double difference, double tolerance, string what)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {difference:E2} of {tolerance:E2}");
        Assert.True(difference <= tolerance, $"{what}: {difference:E3} exceeds {tolerance:E3}");
    }
}
