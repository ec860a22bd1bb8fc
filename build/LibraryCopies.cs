using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>A change to a library's copy in an output folder, made once: the stamp says that it was.</summary>
public abstract class LibraryCopy : Task
{
    [Required]
    public string Library { get; set; }

    [Required]
    public string Stamp { get; set; }

    /// <summary>The copy may be a hard link into the package cache: it is written anew and renamed over the link, with its time stamp.</summary>
    protected void Replace(byte[] image)
    {
        var time = File.GetLastWriteTimeUtc(Library);
        var fresh = Library + ".new";
        File.WriteAllBytes(fresh, image);
        File.SetLastWriteTimeUtc(fresh, time);
        File.Delete(Library);
        File.Move(fresh, Library);
    }
}

/// <summary>Marks the need for GLIBCXX_3.4.32 as weak in a copy of libLibTorchSharp.so, where the host's libstdc++ lacks that version.</summary>
public class MakeNativeLibraryLoadable : LibraryCopy
{
    private const string Version = "GLIBCXX_3.4.32";
    private const uint VersionHash = 0x0297f842;
    private const ushort WeakFlag = 2;
    private const uint VersionNeedsSection = 0x6ffffffe;

    public override bool Execute()
    {
        var runtime = HostRuntime();
        if (runtime != null && !Holds(File.ReadAllBytes(runtime), Encoding.ASCII.GetBytes(Version + "\0")))
        {
            var image = File.ReadAllBytes(Library);
            if (MarkWeak(image))
            {
                Replace(image);
                Log.LogMessage(MessageImportance.Normal, "{0}: the need for {1}, which {2} lacks, is now weak.", Library, Version, runtime);
            }
        }

        File.WriteAllText(Stamp, string.Empty);
        return !Log.HasLoggedErrors;
    }

    /// <summary>The libstdc++ that this process runs on: the .NET runtime itself needs one. Null where there is none (another system).</summary>
    private static string HostRuntime()
    {
        if (!File.Exists("/proc/self/maps"))
        {
            return null;
        }

        return File.ReadAllLines("/proc/self/maps")
            .Select(line => line.IndexOf('/') < 0 ? string.Empty : line.Substring(line.IndexOf('/')))
            .FirstOrDefault(path => Path.GetFileName(path).StartsWith("libstdc++.so.6", StringComparison.Ordinal) && File.Exists(path));
    }

    /// <summary>Walks the ELF64 version-needs records and sets the weak flag of the version. False where nothing had to be changed.</summary>
    private static bool MarkWeak(byte[] image)
    {
        var changed = false;
        var sections = BitConverter.ToInt64(image, 0x28);
        int size = BitConverter.ToUInt16(image, 0x3A), count = BitConverter.ToUInt16(image, 0x3C);
        for (var s = 0; s < count; s++)
        {
            var header = sections + (long)s * size;
            if (BitConverter.ToUInt32(image, (int)header + 4) != VersionNeedsSection)
            {
                continue;
            }

            foreach (var record in Records(image, BitConverter.ToInt64(image, (int)header + 0x18)))
            {
                if (BitConverter.ToUInt32(image, record) == VersionHash && (image[record + 4] & WeakFlag) == 0)
                {
                    image[record + 4] |= (byte)WeakFlag;
                    changed = true;
                }
            }
        }

        return changed;
    }

    private static IEnumerable<int> Records(byte[] image, long section)
    {
        for (var need = (int)section; ;)
        {
            int count = BitConverter.ToUInt16(image, need + 2), record = need + (int)BitConverter.ToUInt32(image, need + 8);
            for (var i = 0; i < count; i++)
            {
                yield return record;
                record += (int)BitConverter.ToUInt32(image, record + 12);
            }

            var next = (int)BitConverter.ToUInt32(image, need + 12);
            if (next == 0)
            {
                yield break;
            }

            need += next;
        }
    }

    private static bool Holds(byte[] image, byte[] wanted)
    {
        for (var at = Array.IndexOf(image, wanted[0]); at >= 0 && at + wanted.Length <= image.Length; at = Array.IndexOf(image, wanted[0], at + 1))
        {
            var i = 1;
            while (i < wanted.Length && image[at + i] == wanted[i])
            {
                i++;
            }

            if (i == wanted.Length)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Sets DisableOptimizations in the DebuggableAttribute of an assembly's copy, so that the runtime compiles its methods to hold their arguments to their end.</summary>
public class HoldArguments : LibraryCopy
{
    /// <summary>The attribute's value as a release build writes it (ECMA-335, II.23.3): length, prolog, DebuggingModes.IgnoreSymbolStoreSequencePoints, no named arguments.</summary>
    private static readonly byte[] Optimised = { 8, 1, 0, 2, 0, 0, 0, 0, 0 };

    /// <summary>The same with DebuggingModes.DisableOptimizations, and Default beside it: without that bit the runtime optimises all the same.</summary>
    private static readonly byte[] Unoptimised = { 8, 1, 0, 3, 1, 0, 0, 0, 0 };

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
}
