using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Optimizers;
using TorchSharp;

namespace R2ec.Distributed.Model.Engines;

/// <summary>
/// A learner's state on disk: masters, moments and position, with a manifest that names the hash of every file. It exists whole or not at all: written beside
/// its place, flushed to the disk, renamed.
/// </summary>
internal sealed class LearnerCheckpoint
{
    private const string ManifestName = "manifest.json";
    private const string PolicyName = "policy.safetensors";
    private const string OptimizerName = "optimizer.safetensors";
    private const int Schema = 1;
    private const int LargestManifestBytes = 1 << 20;

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true };

    private readonly string _folder;
    private readonly long _optimizerSteps;

    private LearnerCheckpoint(string folder, Manifest manifest)
    {
        _folder = folder;
        _optimizerSteps = manifest.OptimizerSteps;
        Position = new LearnerPosition(manifest.Reinforcement, manifest.Step);
    }

    /// <summary>Where the learner stood.</summary>
    public LearnerPosition Position { get; }

    /// <summary>Writes a checkpoint and answers with the SHA-256 of its manifest.</summary>
    public static Digest Write(string folder, TrainedPolicy policy, AdamW optimizer, LearnerPosition position)
    {
        var place = Path.GetFullPath(folder);
        var half = place + ".tmp";
        Remove(half);
        Directory.CreateDirectory(half);
        PolicyFile.Write(Path.Combine(half, PolicyName), policy, durable: true);
        SafetensorsWriter.Write(Path.Combine(half, OptimizerName), optimizer.State());
        var files = new[] { PolicyName, OptimizerName }.Select(name => FileEntry.Of(half, name)).ToArray();
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new Manifest(Schema, position.Reinforcement, position.Step, optimizer.StepCount, files), Layout);
        DurableFile.Write(Path.Combine(half, ManifestName), manifest);
        Remove(place);
        Directory.Move(half, place);
        DurableFile.FlushFolder(Path.GetDirectoryName(place)!);
        return Digest.Of(manifest);
    }

    /// <summary>Opens a checkpoint whose manifest has this digest, and verifies every file.</summary>
    /// <exception cref="InputException">Something is missing or damaged.</exception>
    public static LearnerCheckpoint Open(string folder, Digest expected)
    {
        var path = Path.Combine(folder, ManifestName);
        if (!File.Exists(path) || new FileInfo(path).Length > LargestManifestBytes)
        {
            throw new InputException($"The checkpoint {folder} has no readable {ManifestName}; an earlier checkpoint or the journal has to do.");
        }

        var bytes = File.ReadAllBytes(path);
        if (Digest.Of(bytes) != expected)
        {
            throw new InputException($"The checkpoint {folder} is not the one that the journal names ({expected.Brief}).");
        }

        var manifest = JsonSerializer.Deserialize<Manifest>(bytes, Layout);
        if (manifest is not { Schema: Schema })
        {
            throw new InputException($"The checkpoint {folder} has the layout {manifest?.Schema}; this program reads {Schema}.");
        }

        foreach (var file in manifest.Files)
        {
            file.Verify(folder);
        }

        return new LearnerCheckpoint(folder, manifest);
    }

    /// <summary>Copies masters and moments into a learner.</summary>
    public void Restore(TrainedPolicy policy, AdamW optimizer)
    {
        using (var file = SafetensorsFile.Open(Path.Combine(_folder, PolicyName)))
        {
            policy.Load(file);
        }

        using var moments = SafetensorsFile.Open(Path.Combine(_folder, OptimizerName));
        optimizer.Restore(_optimizerSteps, name => moments.Read(name));
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, true);
        }
    }

    private sealed record Manifest(int Schema, bool Reinforcement, int Step, long OptimizerSteps, IReadOnlyList<FileEntry> Files);

    private sealed record FileEntry(string Name, long Bytes, string Sha256)
    {
        public static FileEntry Of(string folder, string name)
        {
            using var stream = File.OpenRead(Path.Combine(folder, name));
            return new FileEntry(name, stream.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream)));
        }

        public void Verify(string folder)
        {
            var path = Path.Combine(folder, Name);
            if (!File.Exists(path) || Of(folder, Name) != this)
            {
                throw new InputException($"The checkpoint {folder} is damaged: {Name} is missing or does not have the hash {Sha256[..12]} of its manifest.");
            }
        }
    }
}
