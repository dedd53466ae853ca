using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A wheel that was read and found to be what it says.</summary>
/// <param name="Name">What its file name says.</param>
/// <param name="MetadataBytes">METADATA byte for byte, to be served beside the wheel (PEP 658).</param>
/// <param name="Imports">The modules and packages that can be imported once it is installed.</param>
/// <param name="Sha256">Of the whole file, in lower-case hexadecimal digits.</param>
/// <param name="Length">Of the whole file, in bytes.</param>
public sealed record WheelFile(
    WheelFileName Name, CoreMetadata Metadata, byte[] MetadataBytes, IReadOnlyList<string> Imports, string Sha256, long Length)
{
    /// <summary>The largest wheel that is read, in bytes.</summary>
    public const long MaximumBytes = 200_000_000;

    private const int LongestPath = 1_000;
    private const long LargestText = 1_000_000;

    private static readonly ZipBounds s_bounds = new(Entries: 20_000, FileBytes: 200_000_000, TotalBytes: 500_000_000, Ratio: 100, RatioFreeBytes: 10_000_000);

    /// <summary>
    /// Reads a wheel. Errors: <c>bad_wheel_name</c>, <c>wheel_too_large</c>, <c>not_a_zip</c>, <c>entry_count</c>, <c>ratio</c>,
    /// <c>encrypted</c>, <c>symlink</c>, <c>path_traversal</c>, <c>absolute_path</c>, <c>bad_name</c>, <c>duplicate_path</c>,
    /// <c>bad_wheel</c> (no one <c>.dist-info</c>, or files in it that are missing or cannot be read), <c>bad_metadata</c>,
    /// <c>wheel_mismatch</c> (it says another name, version or tag than its file name), <c>bad_record</c>, <c>crc_mismatch</c>.
    /// </summary>
    /// <param name="fileName">Without folders.</param>
    /// <param name="wheel">Seekable; it stays open.</param>
    public static async Task<Result<WheelFile>> ReadAsync(string fileName, Stream wheel, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(wheel);
        var name = WheelFileName.Parse(fileName);
        if (!name.IsOk) return name.Error;
        if (wheel.Length > MaximumBytes) return TooLarge();
        wheel.Position = 0;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(wheel, ct));
        wheel.Position = 0;
        var entries = await CheckedZip.OpenAsync(wheel, s_bounds, ct);
        if (!entries.IsOk) return entries.Error is Error.TooLarge ? TooLarge() : entries.Error;
        var files = Files(entries.Value);
        if (!files.IsOk) return files.Error;
        try
        {
            var contents = WheelContents.Open(name.Value, files.Value);
            if (!contents.IsOk) return contents.Error;
            var metadata = await contents.Value.ReadMetadataAsync(ct);
            if (!metadata.IsOk) return metadata.Error;
            if (await contents.Value.RefuseTagsAsync(ct) is { } badTags) return badTags;
            if (await contents.Value.RefuseRecordAsync(ct) is { } badRecord) return badRecord;
            var imports = ImportNames.Of(files.Value.Keys, await contents.Value.ReadTopLevelAsync(ct));
            return new WheelFile(name.Value, metadata.Value.Metadata, metadata.Value.Bytes, imports, sha256, wheel.Length);
        }
        catch (InvalidDataException)
        {
            return new Error.Invalid("not_a_zip", "The wheel is damaged: not all of it can be unpacked.", "wheel");
        }
    }

    private static Error.Invalid TooLarge() =>
        new("wheel_too_large", $"The wheel is larger than the limit of {MaximumBytes} bytes, or unpacked larger than {s_bounds.TotalBytes}.", "wheel");

    // A wheel is unpacked by whoever installs it: no path in it may lead elsewhere, and none may stand there twice.
    private static Result<Dictionary<string, ZipArchiveEntry>> Files(IReadOnlyList<ZipArchiveEntry> entries)
    {
        var files = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (RefusePath(entry.FullName) is { } error) return error;
            if (entry.FullName.EndsWith('/')) continue;
            if (!files.TryAdd(entry.FullName, entry)) return new Error.Invalid("duplicate_path", $"The archive holds '{FilePath.Show(entry.FullName)}' more than once.", "wheel");
        }
        return files;
    }

    private static Error.Invalid? RefusePath(string path)
    {
        var shown = FilePath.Show(path);
        if (path.Length == 0 || path[0] == '/' || (path.Length > 1 && path[1] == ':')) return new("absolute_path", $"The path '{shown}' in the wheel is absolute.", "wheel");
        var segments = path.TrimEnd('/').Split('/');
        if (path.Contains('\\', StringComparison.Ordinal) || Array.Exists(segments, segment => segment is ".." or "." or ""))
            return new("path_traversal", $"The path '{shown}' in the wheel leads out of it, or could.", "wheel");
        return path.Any(char.IsControl) || Encoding.UTF8.GetByteCount(path) > LongestPath
            ? new("bad_name", $"The path '{shown}' in the wheel has control characters, or is longer than {LongestPath} bytes.", "wheel") : null;
    }

    // The files of a wheel, by their paths, and the one folder that describes them.
    private sealed class WheelContents(WheelFileName name, Dictionary<string, ZipArchiveEntry> files, string info)
    {
        private static readonly string[] s_signatures = ["RECORD.jws", "RECORD.p7s"];

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

        public async Task<Error?> RefuseRecordAsync(CancellationToken ct)
        {
            var bytes = await ReadTextAsync("RECORD", 10 * LargestText, ct);
            if (!bytes.IsOk) return bytes.Error;
            var lines = WheelRecord.Parse(bytes.Value, s_bounds.Entries + 1);
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

        public async Task<byte[]?> ReadTopLevelAsync(CancellationToken ct) =>
            files.ContainsKey(InInfo("top_level.txt")) ? (await ReadTextAsync("top_level.txt", LargestText, ct)).Value : null;

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
}
