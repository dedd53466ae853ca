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

    internal static ZipBounds Bounds { get; } = new(Entries: 20_000, FileBytes: 200_000_000, TotalBytes: 500_000_000, Ratio: 100, RatioFreeBytes: 10_000_000);

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
        var entries = await CheckedZip.OpenAsync(wheel, Bounds, ct);
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
        new("wheel_too_large", $"The wheel is larger than the limit of {MaximumBytes} bytes, or unpacked larger than {Bounds.TotalBytes}.", "wheel");

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
}
