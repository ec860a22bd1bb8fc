using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Sets DisableOptimizations in the DebuggableAttribute of an assembly's copy, so that the runtime compiles its methods to hold their arguments to their end.</summary>
public class HoldArguments : Task
{
    /// <summary>The attribute's value as a release build writes it (ECMA-335, II.23.3): length, prolog, DebuggingModes.IgnoreSymbolStoreSequencePoints, no named arguments.</summary>
    private static readonly byte[] Optimised = { 8, 1, 0, 2, 0, 0, 0, 0, 0 };

    /// <summary>The same with DebuggingModes.DisableOptimizations, and Default beside it: without that bit the runtime optimises all the same.</summary>
    private static readonly byte[] Unoptimised = { 8, 1, 0, 3, 1, 0, 0, 0, 0 };

    [Required]
    public string Library { get; set; }

    [Required]
    public string Stamp { get; set; }

    public override bool Execute()
    {
        var image = File.ReadAllBytes(Library);
        var places = Places(image, Optimised).ToList();
        if (places.Count == 1)
        {
            Unoptimised.CopyTo(image, places[0]);
            Replace(image);
        }
        else if (places.Count > 1 || !Places(image, Unoptimised).Any())
        {
            Log.LogError("{0} holds the value of its DebuggableAttribute {1} times, not once: the numbers that it passes to libtorch could be freed before they are read.", Library, places.Count);
            return false;
        }

        File.WriteAllText(Stamp, string.Empty);
        return true;
    }

    private static IEnumerable<int> Places(byte[] image, byte[] wanted)
    {
        for (var at = Array.IndexOf(image, wanted[0]); at >= 0 && at + wanted.Length <= image.Length; at = Array.IndexOf(image, wanted[0], at + 1))
        {
            if (new ArraySegment<byte>(image, at, wanted.Length).SequenceEqual(wanted))
            {
                yield return at;
            }
        }
    }

    private void Replace(byte[] image)
    {
        var time = File.GetLastWriteTimeUtc(Library);
        var fresh = Library + ".new";
        File.WriteAllBytes(fresh, image);
        File.SetLastWriteTimeUtc(fresh, time);
        File.Delete(Library);
        File.Move(fresh, Library);
    }
}
