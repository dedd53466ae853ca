using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>The files of a wheel, by their paths, and the one folder that describes them.</summary>
sealed class WheelContents(WheelFileName name, Dictionary<string, ZipArchiveEntry> files, string info)
{
    private const long LargestText = 1_000_000;

    private static readonly string[] s_signatures = ["RECORD.jws", "RECORD.p7s"];

    /// <summary>METADATA, read and as it is. Errors: <c>bad_wheel</c>, <c>bad_metadata</c>, <c>wheel_mismatch</c>.</summary>
    public async Task<Result<(CoreMetadata Metadata, byte[] Bytes)>> ReadMetadataAsync(CancellationToken ct)
    {
        var bytes = await ReadTextAsync("METADATA", CoreMetadata.MaximumBytes, ct);
        if (!bytes.IsOk) return bytes.Error;
        var metadata = CoreMetadata.Parse(bytes.Value);
        if (!metadata.IsOk) return metadata.Error;
        if (metadata.Value.Name != name.Name || metadata.Value.Version != name.Version)
            return Mismatch($"METADATA is of {metadata.Value.Name.Display} {metadata.Value.Version}");
        return (metadata.Value, bytes.Value);
    }

    /// <summary>Null where WHEEL is of a format that is read, and has the tags of the file name.</summary>
    public async Task<Error?> RefuseTagsAsync(CancellationToken ct)
    {
        var bytes = await ReadTextAsync("WHEEL", LargestText, ct);
        if (!bytes.IsOk) return bytes.Error;
        var headers = HeaderBlock.Parse(Encoding.UTF8.GetString(bytes.Value), CoreMetadata.MaximumHeaders);
        if (!headers.IsOk) return Bad($"its file WHEEL {headers.Error.Sentence}");
        var version = headers.Value.First("Wheel-Version");
        if (version?.Split('.')[0] != "1") return Bad($"its format is '{FilePath.Show(version ?? "")}', and 1.0 is read");
        var tags = headers.Value.All("Tag").SelectMany(Expand).ToHashSet(StringComparer.Ordinal);
        if (tags.SetEquals(name.Tags.Select(tag => tag.ToString()))) return null;
        return Mismatch($"its file WHEEL has the tags {string.Join(", ", tags.Take(5).Select(FilePath.Show))}");
    }

    /// <summary>Null where RECORD lists each file with its hash and length, and no other.</summary>
    public async Task<Error?> RefuseRecordAsync(CancellationToken ct)
    {
        var bytes = await ReadTextAsync("RECORD", 10 * LargestText, ct);
        if (!bytes.IsOk) return bytes.Error;
        var lines = WheelRecord.Parse(bytes.Value, WheelFile.Bounds.Entries + 1);
        if (!lines.IsOk) return lines.Error;
        var unlisted = files.Keys.ToHashSet(StringComparer.Ordinal);
        unlisted.ExceptWith(s_signatures.Append("RECORD").Select(InInfo));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in lines.Value)
        {
            if (!seen.Add(line.Path)) return WheelRecord.Bad($"lists '{FilePath.Show(line.Path)}' twice");
            if (!files.TryGetValue(line.Path, out var entry)) return WheelRecord.Bad($"lists '{FilePath.Show(line.Path)}', which is not in the wheel");
            // It cannot hold its own hash, and signatures come after it.
            if (!unlisted.Remove(line.Path)) continue;
            if (line.Algorithm is null) return WheelRecord.Bad($"has no hash for '{FilePath.Show(line.Path)}'");
            if (line.Length is { } length && length != entry.Length || !(await HashAsync(entry, line.Algorithm, ct)).AsSpan().SequenceEqual(line.Hash))
                return WheelRecord.Bad($"has another hash or length for '{FilePath.Show(line.Path)}' than the file has");
        }
        return unlisted.Count == 0 ? null : WheelRecord.Bad($"does not list '{FilePath.Show(unlisted.Order(StringComparer.Ordinal).First())}'");
    }

    /// <summary>What setuptools says can be imported; null where the wheel does not have it.</summary>
    public async Task<byte[]?> ReadTopLevelAsync(CancellationToken ct) =>
        files.ContainsKey(InInfo("top_level.txt")) ? (await ReadTextAsync("top_level.txt", LargestText, ct)).Value : null;

    /// <summary>Finds the folder. Errors: <c>bad_wheel</c>, <c>wheel_mismatch</c>.</summary>
    public static Result<WheelContents> Open(WheelFileName name, Dictionary<string, ZipArchiveEntry> files)
    {
        const string ending = ".dist-info";
        var infos = files.Keys.Where(path => path.Contains('/', StringComparison.Ordinal)).Select(path => path.Split('/')[0])
            .Where(folder => folder.EndsWith(ending, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        if (infos is not [var info]) return Bad($"it has {infos.Count} folders that end in .dist-info, and must have one");
        var parts = info[..^ending.Length].Split('-');
        if (parts.Length != 2 || PackageName.NormalForm(parts[0]) != name.Name.Key || PackageVersion.TryParse(parts[1]) != name.Version)
            return new Error.Invalid("wheel_mismatch", $"The wheel's name says {name.Name.Display} {name.Version}, and its folder is '{FilePath.Show(info)}'.", "wheel");
        return new WheelContents(name, files, info);
    }

    private string InInfo(string file) => $"{info}/{file}";

    private async Task<Result<byte[]>> ReadTextAsync(string file, long most, CancellationToken ct)
    {
        if (!files.TryGetValue(InInfo(file), out var entry)) return Bad($"it has no file '{FilePath.Show(InInfo(file))}'");
        if (entry.Length > most) return Bad($"its file {file} is larger than {most} bytes");
        return await CheckedZip.ReadAsync(entry, ct);
    }

    // "py2.py3-none-any" of old tools stands for two.
    private static IEnumerable<string> Expand(string tag)
    {
        var parts = tag.ToLowerInvariant().Split('-');
        return parts.Length != 3 ? [tag] : from python in parts[0].Split('.') from abi in parts[1].Split('.') from platform in parts[2].Split('.') select $"{python}-{abi}-{platform}";
    }

    // No further than the directory says that it is long.
    private static async Task<byte[]> HashAsync(ZipArchiveEntry entry, string algorithm, CancellationToken ct)
    {
        var kind = algorithm switch { "sha256" => HashAlgorithmName.SHA256, "sha384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        using var hash = IncrementalHash.CreateHash(kind);
        await using var stream = await entry.OpenAsync(ct);
        var buffer = new byte[81_920];
        var left = entry.Length;
        int read;
        while ((read = await stream.ReadAsync(buffer, ct)) > 0)
        {
            left -= read;
            if (left < 0) return [];
            hash.AppendData(buffer, 0, read);
        }
        return left == 0 ? hash.GetHashAndReset() : [];
    }

    private Error.Invalid Mismatch(Sentence what) =>
        new("wheel_mismatch", $"The wheel's file name says {name.Name.Display} {name.Version} for {string.Join(", ", name.Tags.Take(5))}, and {what}.", "wheel");

    private static Error.Invalid Bad(Sentence why) => new("bad_wheel", $"The wheel cannot be read: {why}.", "wheel");
}
