using System.IO.Compression;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>How large an archive's content may be. Lengths in bytes.</summary>
/// <param name="Entries">The most entries.</param>
/// <param name="FileBytes">The largest file.</param>
/// <param name="TotalBytes">The most that all files may have together.</param>
/// <param name="Ratio">The largest ratio of unpacked to packed length beyond <paramref name="RatioFreeBytes"/>.</param>
public sealed record ZipBounds(int Entries, long FileBytes, long TotalBytes, int Ratio, long RatioFreeBytes)
{
    /// <summary>The bounds of a project's archive.</summary>
    public static ZipBounds Of(ProjectLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new(limits.Files, limits.FileBytes, limits.ProjectBytes, limits.Ratio, limits.RatioFreeBytes);
    }
}

/// <summary>
/// A zip archive that a stranger made, opened with its counts and lengths checked. Codes of what is refused: <c>not_a_zip encrypted
/// symlink bad_name ratio entry_count too_large crc_mismatch</c>.
/// </summary>
public static class CheckedZip
{
    private const int UnixTypeMask = 0xF000;
    private const int UnixRegular = 0x8000;
    private const int UnixFolder = 0x4000;
    private const int UnixLink = 0xA000;

    /// <summary>The archive's entries, folders among them; their names are not checked. They read from <paramref name="archive"/>, which must stay open.</summary>
    public static async Task<Result<IReadOnlyList<ZipArchiveEntry>>> OpenAsync(Stream archive, ZipBounds bounds, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(bounds);
        // ZipArchive makes an object of each entry before it can be asked how many there are.
        if (await ZipDirectory.RefuseAsync(archive, bounds.Entries, ct) is { } refusal) return refusal;
        List<ZipArchiveEntry> entries;
        try
        {
            entries = [.. new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true).Entries];
        }
        catch (InvalidDataException)
        {
            return new Error.Invalid("not_a_zip", "The file is not a zip archive, or it is cut off.");
        }
        if (entries.Count > bounds.Entries)
            return new Error.Invalid("entry_count", $"The archive has {entries.Count} entries, the limit is {bounds.Entries}.");
        if (entries.Exists(entry => entry.IsEncrypted)) return new Error.Invalid("encrypted", "The archive is encrypted. Make one without a password.");
        foreach (var entry in entries)
        {
            if (RefuseType(entry) is { } error) return error;
        }
        if (RefuseSizes(entries, archive.Length, bounds) is { } size) return size;
        return entries;
    }

    /// <summary>
    /// An entry's bytes. Never more than the directory says: an entry that holds more, less or other bytes does not have the
    /// directory's checksum.
    /// </summary>
    public static async Task<Result<byte[]>> ReadAsync(ZipArchiveEntry entry, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(entry);
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

    private static Error.Invalid? RefuseType(ZipArchiveEntry entry)
    {
        var type = (entry.ExternalAttributes >> 16) & UnixTypeMask;
        if (type == UnixLink) return new Error.Invalid("symlink", $"'{FilePath.Show(entry.FullName)}' is a symbolic link. Put the file itself in the archive.");
        return type is 0 or UnixRegular or UnixFolder ? null
            : new Error.Invalid("bad_name", $"'{FilePath.Show(entry.FullName)}' is neither a file nor a folder.");
    }

    private static Error? RefuseSizes(List<ZipArchiveEntry> entries, long zipBytes, ZipBounds bounds)
    {
        long total = 0;
        foreach (var entry in entries)
        {
            total += entry.Length;
            if (total < 0 || (total > bounds.RatioFreeBytes && total / bounds.Ratio > zipBytes))
                return new Error.Invalid("ratio", $"The archive unpacks to more than {bounds.Ratio} times its length.");
        }
        if (entries.Find(entry => entry.Length > bounds.FileBytes) is { } large)
            return new Error.TooLarge($"The file '{FilePath.Show(large.FullName)}'", bounds.FileBytes, large.Length);
        return total > bounds.TotalBytes ? new Error.TooLarge("The unpacked archive", bounds.TotalBytes, total) : null;
    }
}
