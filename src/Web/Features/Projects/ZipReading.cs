using System.IO.Compression;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>
/// Reads an archive that a stranger made. Entries are streamed and counted; nothing is ever written to a path that the archive
/// names. Codes of what is refused: <c>not_a_zip encrypted path_traversal absolute_path bad_name symlink duplicate_path ratio
/// entry_count crc_mismatch</c>.
/// </summary>
static class ZipReading
{
    private const int UnixTypeMask = 0xF000;
    private const int UnixRegular = 0x8000;
    private const int UnixFolder = 0x4000;
    private const int UnixLink = 0xA000;

    /// <summary>The archive's files. They read their bytes from <paramref name="archive"/> again, which must stay open until then.</summary>
    public static async Task<Result<List<NewFile>>> ReadAsync(Stream archive, ProjectLimits limits, CancellationToken ct)
    {
        // ZipArchive makes an object of each entry before it can be asked how many there are.
        if (await ZipDirectory.RefuseAsync(archive, limits, ct) is { } refusal) return refusal;
        ZipArchive zip;
        List<ZipArchiveEntry> entries;
        try
        {
            zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
            entries = [.. zip.Entries];
        }
        catch (InvalidDataException)
        {
            return new Error.Invalid("not_a_zip", "The file is not a zip archive, or it is cut off.");
        }
        if (entries.Count > limits.Files)
            return new Error.Invalid("entry_count", $"The archive has {entries.Count} entries, the limit is {limits.Files}.");

        var named = new List<(ZipArchiveEntry Entry, FilePath Path)>();
        foreach (var entry in entries)
        {
            if (entry.IsEncrypted) return new Error.Invalid("encrypted", "The archive is encrypted. Make one without a password.");
            var name = Name(entry);
            if (!name.IsOk) return name.Error;
            if (name.Value is { } path) named.Add((entry, path));
        }
        if (named.Count == 0) return new Error.Invalid("not_a_zip", "The archive holds no files.");
        if (RefuseSizes(named.ConvertAll(file => file.Entry), archive.Length, limits) is { } size) return size;

        var stripped = StripSharedFolder(named);
        if (stripped.GroupBy(file => file.Path).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            return new Error.Invalid("duplicate_path", $"The archive holds '{twice.Key}' more than once.");
        var files = new List<NewFile>(stripped.Count);
        foreach (var (entry, path) in stripped)
        {
            var content = await ContentAsync(entry, ct);
            if (!content.IsOk) return content.Error;
            var described = new ManifestEntry(BlobHash.Of(content.Value), content.Value.LongLength);
            // Read again when it is saved: the archive whole would be up to 200 MB of memory.
            files.Add(new NewFile(path, described, async token => (await ContentAsync(entry, token)).Value
                ?? throw new InvalidDataException($"'{path}' changed while the archive was read.")));
        }
        return files;
    }

    // Null: a folder, or what macOS adds for itself.
    private static Result<FilePath?> Name(ZipArchiveEntry entry)
    {
        var type = (entry.ExternalAttributes >> 16) & UnixTypeMask;
        // Old tools of Windows write backslashes.
        var name = entry.FullName.Replace('\\', '/');
        if (type == UnixLink) return new Error.Invalid("symlink", $"'{FilePath.Show(name)}' is a symbolic link. Put the file itself in the archive.");
        if (type is not (0 or UnixRegular or UnixFolder)) return new Error.Invalid("bad_name", $"'{FilePath.Show(name)}' is neither a file nor a folder.");
        var isFolder = name.EndsWith('/');
        var path = FilePath.Parse(isFolder && name.Length > 1 ? name[..^1] : name);
        if (!path.IsOk) return path.Error;
        return isFolder || name.StartsWith("__MACOSX/", StringComparison.Ordinal) ? (FilePath?)null : path.Value;
    }

    private static Error? RefuseSizes(List<ZipArchiveEntry> entries, long zipBytes, ProjectLimits limits)
    {
        long total = 0;
        foreach (var entry in entries)
        {
            total += entry.Length;
            if (total < 0 || (total > limits.RatioFreeBytes && total / limits.Ratio > zipBytes))
                return new Error.Invalid("ratio", $"The archive unpacks to more than {limits.Ratio} times its length.");
        }
        if (entries.Find(entry => entry.Length > limits.FileBytes) is { } large)
            return new Error.TooLarge($"The file '{FilePath.Show(large.FullName)}'", limits.FileBytes, large.Length);
        return total > limits.ProjectBytes ? new Error.TooLarge("The unpacked archive", limits.ProjectBytes, total) : null;
    }

    private static List<(ZipArchiveEntry Entry, FilePath Path)> StripSharedFolder(List<(ZipArchiveEntry Entry, FilePath Path)> named)
    {
        var shared = SharedFolder.LengthIn(named.ConvertAll(file => file.Path.Value));
        return shared == 0 ? named : named.ConvertAll(file => (file.Entry, FilePath.FromStored(file.Path.Value[shared..])));
    }

    // Never more than the directory says: an entry that holds more, less or other bytes does not have the directory's checksum.
    private static async Task<Result<byte[]>> ContentAsync(ZipArchiveEntry entry, CancellationToken ct)
    {
        var broken = new Error.Invalid("crc_mismatch", $"'{FilePath.Show(entry.FullName)}' is damaged: its bytes are not what the archive says. Make the archive again.");
        try
        {
            await using var stream = await entry.OpenAsync(ct);
            var content = new byte[entry.Length];
            var read = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, ct);
            if (read < content.Length || await stream.ReadAsync(new byte[1], ct) > 0) return broken;
            return Crc32.Of(content) == entry.Crc32 ? content : broken;
        }
        catch (InvalidDataException)
        {
            return broken;
        }
    }
}
