using System.IO.Compression;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>
/// Reads an archive that a stranger made. Entries are streamed and counted; nothing is ever written to a path that the archive
/// names. Codes of what is refused: those of <see cref="CheckedZip"/> and <c>path_traversal absolute_path bad_name duplicate_path</c>.
/// </summary>
static class ZipReading
{
    /// <summary>The archive's files. They read their bytes from <paramref name="archive"/> again, which must stay open until then.</summary>
    public static async Task<Result<List<NewFile>>> ReadAsync(Stream archive, ProjectLimits limits, CancellationToken ct)
    {
        var entries = await CheckedZip.OpenAsync(archive, ZipBounds.Of(limits), ct);
        if (!entries.IsOk) return entries.Error;
        var named = new List<(ZipArchiveEntry Entry, FilePath Path)>();
        foreach (var entry in entries.Value)
        {
            var name = Name(entry);
            if (!name.IsOk) return name.Error;
            if (name.Value is { } path) named.Add((entry, path));
        }
        if (named.Count == 0) return new Error.Invalid("not_a_zip", "The archive holds no files.");

        var stripped = StripSharedFolder(named);
        if (stripped.GroupBy(file => file.Path).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            return new Error.Invalid("duplicate_path", $"The archive holds '{twice.Key}' more than once.");
        var files = new List<NewFile>(stripped.Count);
        foreach (var (entry, path) in stripped)
        {
            var content = await CheckedZip.ReadAsync(entry, ct);
            if (!content.IsOk) return content.Error;
            var described = new ManifestEntry(BlobHash.Of(content.Value), content.Value.LongLength);
            // Read again when it is saved: the archive whole would be up to 200 MB of memory.
            files.Add(new NewFile(path, described, async token => (await CheckedZip.ReadAsync(entry, token)).Value
                ?? throw new InvalidDataException($"'{path}' changed while the archive was read.")));
        }
        return files;
    }

    // Null: a folder, or what macOS adds for itself.
    private static Result<FilePath?> Name(ZipArchiveEntry entry)
    {
        // Old tools of Windows write backslashes.
        var name = entry.FullName.Replace('\\', '/');
        var isFolder = name.EndsWith('/');
        var path = FilePath.Parse(isFolder && name.Length > 1 ? name[..^1] : name);
        if (!path.IsOk) return path.Error;
        return isFolder || name.StartsWith("__MACOSX/", StringComparison.Ordinal) ? (FilePath?)null : path.Value;
    }

    private static List<(ZipArchiveEntry Entry, FilePath Path)> StripSharedFolder(List<(ZipArchiveEntry Entry, FilePath Path)> named)
    {
        var shared = SharedFolder.LengthIn(named.ConvertAll(file => file.Path.Value));
        return shared == 0 ? named : named.ConvertAll(file => (file.Entry, FilePath.FromStored(file.Path.Value[shared..])));
    }
}
