using System.Security.Cryptography;
using System.Text;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>
/// The name of a policy version: SHA-256 over the trained tensors in byte order of their exported names; for each the name, a zero byte, <c>F32</c>, a zero
/// byte, the dimensions joined by commas, a zero byte, and its float32 numbers little-endian and row-major.
/// </summary>
public static class PolicyHash
{
    /// <summary>64 lower-case hex digits over a policy's masters.</summary>
    public static string Of(PolicyTensors policy) => Of(policy.Masters);

    /// <summary>64 lower-case hex digits over tensors by exported name, in any order; they are converted to float32 where they are not.</summary>
    public static string Of(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in tensors.OrderBy(pair => pair.Key, Utf8Order.Instance))
        {
            Append(hash, name, tensor);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>64 lower-case hex digits over the tensors of a safetensors file, one after the other.</summary>
    /// <exception cref="Core.InputException">The file is missing or damaged.</exception>
    public static string OfFile(string path)
    {
        using var file = SafetensorsFile.Open(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in file.Entries.Keys.Order(Utf8Order.Instance))
        {
            using var tensor = file.Read(name);
            Append(hash, name, tensor);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string name, Tensor tensor)
    {
        hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0F32\0{string.Join(',', tensor.shape)}\0"));
        TensorMemory.Visit(tensor, ScalarType.Float32, hash.AppendData);
    }

    private sealed class Utf8Order : IComparer<string>
    {
        public static readonly Utf8Order Instance = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? string.Empty).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? string.Empty));
    }
}
