using System.Collections.Immutable;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Tests.Wire;

/// <summary>One value of any type that crosses the wire, made from its constructor: nothing can be forgotten.</summary>
internal static class Samples
{
    internal static readonly RunId Run = new("sample");
    internal static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    internal static object Of(Type type) => type switch
    {
        _ when type == typeof(string) => "text ä",
        _ when type == typeof(int) => 300,
        _ when type == typeof(long) => 5_000_000_000L,
        _ when type == typeof(double) => 0.25,
        _ when type == typeof(float) => 1.5f,
        _ when type == typeof(bool) => true,
        _ when type == typeof(byte[]) => new byte[] { 0, 0, 128, 63 },
        _ when type == typeof(DateTimeOffset) => At,
        _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(10),
        _ when type == typeof(Digest) => Digest.Of("sample"u8),
        _ when type == typeof(RunId) => Run,
        _ when type == typeof(IReadOnlyDictionary<string, string>) => new Dictionary<string, string> { ["threads"] = "1", ["dtype"] = "float32" },
        _ when type == typeof(RunPlan) => Plan(),
        _ when type == typeof(RunState) => State(),
        _ when type == typeof(DigestList) => DigestList.Of([Digest.Of("sample"u8), Digest.Of("sample"u8)]),
        _ when type == typeof((int, Digest)) => (300, Digest.Of("sample"u8)),
        _ when Nullable.GetUnderlyingType(type) is { } inner => Of(inner),
        { IsEnum: true } => Enum.GetValues(type).Cast<object>().Last(),
        { IsArray: true } => Array(type.GetElementType()!),
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => Array(type.GetGenericArguments()[0]),
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(ImmutableList<>) => Immutable(typeof(ImmutableList), type),
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) => Immutable(typeof(ImmutableArray), type),
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(ImmutableHashSet<>) => Immutable(typeof(ImmutableHashSet), type),
        _ => Made(type),
    };

    private static object Made(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType))]);
    }

    private static Array Array(Type element)
    {
        var values = System.Array.CreateInstance(element, 2);
        values.SetValue(Of(element), 0);
        values.SetValue(Of(element), 1);
        return values;
    }

    private static object Immutable(Type maker, Type type)
    {
        var element = type.GetGenericArguments()[0];
        var create = maker.GetMethods().Single(method => method.Name == "CreateRange" && method.GetGenericArguments().Length == 1 && method.GetParameters() is [var only] && only.ParameterType.Name.StartsWith("IEnumerable", StringComparison.Ordinal));
        return create.MakeGenericMethod(element).Invoke(null, [Array(element)])!;
    }

    private static RunState State()
    {
        var state = new RunState(Run);
        foreach (var property in typeof(RunState).GetProperties().Where(property => property.CanWrite && property.Name != nameof(RunState.Run)))
        {
            property.SetValue(state, Of(property.PropertyType));
        }

        return state;
    }

    private static RunPlan Plan()
    {
        var plan = (RunPlan)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof(RunPlan));
        foreach (var (i, property) in typeof(RunPlan).GetProperties().Where(property => property.Name is not (nameof(RunPlan.Mode) or nameof(RunPlan.MaxStaleness) or nameof(RunPlan.PartialRollouts))).Index())
        {
            property.SetValue(plan, property.PropertyType == typeof(long) ? (object)(i + 1L) : i + 1);
        }

        return plan;
    }
}
