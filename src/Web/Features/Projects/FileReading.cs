using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>A file that somebody brings along.</summary>
/// <param name="Path">Its path as the browser says it, the chosen folder's name included.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Open">Its bytes, which can be read again.</param>
sealed record BroughtFile(string Path, long Length, Func<Stream> Open);

/// <summary>Reads files under the same rules as an archive's: names are checked, and one shared top folder is stripped.</summary>
static class FileReading
{
    // What operating systems leave in folders; nobody means to bring it.
    private static readonly string[] s_litter = [".DS_Store", "Thumbs.db", "desktop.ini"];

    public static async Task<Result<List<NewFile>>> ReadAsync(IReadOnlyList<BroughtFile> brought, ProjectLimits limits, CancellationToken ct)
    {
        if (brought.Count > limits.Files) return new Error.Invalid("entry_count", $"These are {brought.Count} files, the limit is {limits.Files}.");
        var meant = brought.Where(file => !s_litter.Contains(file.Path.Split('/')[^1], StringComparer.OrdinalIgnoreCase)).ToList();
        var shared = SharedFolder.LengthIn(meant.ConvertAll(file => file.Path));
        var files = new List<NewFile>();
        var seen = new HashSet<FilePath>();
        foreach (var file in meant)
        {
            var path = FilePath.Parse(file.Path[shared..]);
            if (!path.IsOk) return path.Error;
            if (!seen.Add(path.Value)) return new Error.Invalid("duplicate_path", $"'{path.Value}' is there more than once.");
            if (file.Length > limits.FileBytes) return new Error.TooLarge($"The file '{path.Value}'", limits.FileBytes, file.Length);
            var content = await BytesAsync(file, ct);
            files.Add(new NewFile(path.Value, new ManifestEntry(BlobHash.Of(content), content.LongLength), async token => await BytesAsync(file, token)));
        }
        return files.Count > 0 ? files : Error.Field("file", "Choose a zip archive or files.");
    }

    private static async Task<byte[]> BytesAsync(BroughtFile file, CancellationToken ct)
    {
        await using var stream = file.Open();
        var content = new byte[file.Length];
        await stream.ReadExactlyAsync(content, ct);
        return content;
    }
}

/// <summary>The one top folder that archives and chosen folders wrap everything in.</summary>
static class SharedFolder
{
    /// <summary>The length of its name with the slash; 0 where the files are not all in one.</summary>
    public static int LengthIn(IReadOnlyList<string> paths)
    {
        var slash = paths.Count == 0 ? -1 : paths[0].IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && paths.All(path => path.StartsWith(paths[0][..(slash + 1)], StringComparison.Ordinal)) ? slash + 1 : 0;
    }
}
