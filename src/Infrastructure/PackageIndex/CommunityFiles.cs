using System.IO.Compression;
using System.Text.Json;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What was found in files of the community's list.</summary>
/// <param name="Records">In the order of their files.</param>
/// <param name="Refused">What is no record: where it stands, and why.</param>
public sealed record CommunityFound(IReadOnlyList<CommunityRecord> Records, IReadOnlyList<(string Where, string Why)> Refused);

/// <summary>
/// Reads records in the format of packages.pyscript.net out of a folder or a zip archive: <c>package/&lt;name&gt;.json</c>, one each, and
/// <c>all.json</c>, an object of all. Where there is a folder <c>api</c> as in their repository, nothing else is looked at. Nothing is
/// written to a path that an archive names.
/// </summary>
public sealed class CommunityFiles(TimeProvider time)
{
    private const int MaximumFiles = 50_000;
    private const int MaximumFileBytes = 50_000_000;
    private static readonly ZipBounds s_bounds = new(MaximumFiles, 500_000_000, 500_000_000, 200, 1_000_000);
    private static readonly HashSet<string> s_others = new(StringComparer.OrdinalIgnoreCase) { "last_run.json", "top_100_pypi_packages.json", "examples.json" };

    private readonly List<CommunityRecord> _records = [];
    private readonly List<(string Where, string Why)> _refused = [];

    /// <summary>Reads all that there is; what cannot be read is named and the rest goes on.</summary>
    public async Task<CommunityFound> ReadAsync(string path, CancellationToken ct)
    {
        if (Directory.Exists(path)) await ReadFolderAsync(path, ct);
        else if (File.Exists(path)) await ReadArchiveAsync(path, ct);
        else _refused.Add((path, "There is neither a folder nor a file of this name."));
        return new CommunityFound(_records, _refused);
    }

    private async Task ReadFolderAsync(string folder, CancellationToken ct)
    {
        // Links lead elsewhere: what is to be imported lies in the folder.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        var files = Directory.EnumerateFiles(folder, "*.json", options).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Take(MaximumFiles + 1).ToList();
        if (files.Count > MaximumFiles) _refused.Add((folder, $"It has more than {MaximumFiles} files; those beyond were left out."));
        foreach (var file in OfTheList(files.Take(MaximumFiles), name => name))
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                var info = new FileInfo(Path.Combine(folder, file));
                if (info.Length > MaximumFileBytes) _refused.Add((file, $"It has {info.Length} bytes, the limit is {MaximumFileBytes}."));
                else Read(file, await File.ReadAllBytesAsync(info.FullName, ct));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _refused.Add((file, $"It cannot be read: {e.Message}"));
            }
        }
    }

    private async Task ReadArchiveAsync(string path, CancellationToken ct)
    {
        await using var archive = File.OpenRead(path);
        var entries = await CheckedZip.OpenAsync(archive, s_bounds, ct);
        if (!entries.IsOk)
        {
            _refused.Add((Path.GetFileName(path), entries.Error.Message));
            return;
        }
        foreach (var entry in OfTheList(entries.Value.Where(entry => entry.FullName.EndsWith(".json", StringComparison.OrdinalIgnoreCase)), entry => entry.FullName.Replace('\\', '/')))
        {
            var name = Domain.Projects.FilePath.Show(entry.FullName);
            if (entry.FullName.StartsWith('/') || entry.FullName.Split('/', '\\').Contains("..", StringComparer.Ordinal)) _refused.Add((name, "Its path leads out of the archive."));
            else if (entry.Length > MaximumFileBytes) _refused.Add((name, $"It has {entry.Length} bytes, the limit is {MaximumFileBytes}."));
            else await ReadEntryAsync(entry, name, ct);
        }
    }

    private async Task ReadEntryAsync(ZipArchiveEntry entry, string name, CancellationToken ct)
    {
        var content = await CheckedZip.ReadAsync(entry, ct);
        if (content.IsOk) Read(entry.FullName.Replace('\\', '/'), content.Value);
        else _refused.Add((name, content.Error.Message));
    }

    private static IEnumerable<T> OfTheList<T>(IEnumerable<T> files, Func<T, string> nameOf)
    {
        var all = files.OrderBy(nameOf, StringComparer.Ordinal).ToList();
        var inApi = all.FindAll(file => $"/{nameOf(file)}".Contains("/api/", StringComparison.Ordinal));
        return (inApi.Count > 0 ? inApi : all).Where(file => !s_others.Contains(Path.GetFileName(nameOf(file))));
    }

    private void Read(string file, byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content.AsMemory(content.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0));
            var name = Path.GetFileName(file);
            if (name.Equals("all.json", StringComparison.OrdinalIgnoreCase) && document.RootElement.ValueKind is JsonValueKind.Object && !IsRecord(document.RootElement))
            {
                foreach (var record in document.RootElement.EnumerateObject()) Read($"{file}: {Domain.Projects.FilePath.Show(record.Name)}", record.Name, record.Value);
            }
            else
            {
                Read(file, name[..^".json".Length], document.RootElement);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            _refused.Add((Domain.Projects.FilePath.Show(file), $"It is not JSON: {e.Message}"));
        }
    }

    // There may be a package that is called "all".
    private static bool IsRecord(JsonElement element) => element.TryGetProperty("status", out var status) && status.ValueKind is JsonValueKind.String;

    private void Read(string where, string name, JsonElement element)
    {
        var (record, why) = CommunityRecord.Read(name, element, time.GetUtcNow());
        if (record is not null) _records.Add(record);
        else _refused.Add((Domain.Projects.FilePath.Show(where), why!));
    }
}
