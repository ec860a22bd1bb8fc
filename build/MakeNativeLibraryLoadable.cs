using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Marks the need for GLIBCXX_3.4.32 as weak in a copy of libLibTorchSharp.so, where the host's libstdc++ lacks that version.</summary>
public class MakeNativeLibraryLoadable : Task
{
    private const string Version = "GLIBCXX_3.4.32";
    private const uint VersionHash = 0x0297f842;
    private const ushort WeakFlag = 2;
    private const uint VersionNeedsSection = 0x6ffffffe;

    [Required]
    public string Library { get; set; }

    [Required]
    public string Stamp { get; set; }

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

    private void Replace(byte[] image)
    {
        var time = File.GetLastWriteTimeUtc(Library);
        var fresh = Library + ".new";
        File.WriteAllBytes(fresh, image);
        File.SetLastWriteTimeUtc(fresh, time);
        File.Delete(Library);
        File.Move(fresh, Library);
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
