using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>What goes into a project's archive, and what the archive is called.</summary>
/// <param name="Key">Names its bytes: the same for the same revision under the same name, and for no other.</param>
sealed record ProjectArchive(string FileName, string Folder, Manifest Manifest, string Key);

sealed record GetArchive(ProjectId Id) : IRequest<Result<ProjectArchive>>;

sealed class GetArchiveHandler(HubDb db, CurrentUser user) : IRequestHandler<GetArchive, Result<ProjectArchive>>
{
    public async Task<Result<ProjectArchive>> Handle(GetArchive command, CancellationToken ct)
    {
        if (await db.SeenAsync(command.Id, user, ct) is not { } seen || await db.SeenRevisionAsync(command.Id, null, user, ct) is not { } revision)
            return new Error.NotFound("project");
        var slug = seen.Project.Slug;
        // The folder in it has the slug's name, so another slug is another archive.
        var key = $"{command.Id}-{revision.Number.ToString(CultureInfo.InvariantCulture)}-{BlobHash.Of(Encoding.UTF8.GetBytes(slug)).ToString()[..16]}";
        return new ProjectArchive($"{slug}.zip", slug, revision.Manifest, key);
    }
}

/// <summary>
/// Archives that were made, on disk: a revision's is always the same, so it is made once and all who download it read one file,
/// however slowly. Few are made at a time on a node, and so many in a minute for one network: anybody may ask for one.
/// </summary>
sealed class ArchiveStore : IDisposable
{
    private const int AtOnce = 2;
    private const long DiskBytes = 1024L * 1024 * 1024;

    private readonly string _folder;
    private readonly ArchiveQueue _queue = new(AtOnce);
    private readonly ConcurrentDictionary<string, Task<Error?>> _making = new(StringComparer.Ordinal);

    public ArchiveStore(HubOptions options)
    {
        _folder = Path.Combine(options.DataDirectory, "cache", "archives");
        Directory.CreateDirectory(_folder);
    }

    /// <summary>
    /// The archive, made now where it is not at hand. Errors: <see cref="Error.CorruptBlob"/>, <see cref="Error.TooManyRequests"/>
    /// where there is no place for too long.
    /// </summary>
    public async Task<Result<FileStream>> OpenAsync(ProjectArchive archive, BlobReader blobs, CancellationToken ct)
    {
        var path = PathOf(archive);
        while (true)
        {
            if (TryOpen(path) is { } kept) return kept;
            var own = new TaskCompletionSource<Error?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var making = _making.GetOrAdd(archive.Key, own.Task);
            if (making == own.Task) return await MakeAsync(archive, blobs, path, own, ct);
            // Of many who ask at once one makes it. The others look again afterwards, and make it where that one gave up.
            if (await making.WaitAsync(ct) is { } failed) return failed;
        }
    }

    /// <summary>Whether an archive is at hand, so that opening it costs nothing.</summary>
    public bool Has(ProjectArchive archive) => File.Exists(PathOf(archive));

    public void Dispose() => _queue.Dispose();

    private async Task<Result<FileStream>> MakeAsync(ProjectArchive archive, BlobReader blobs, string path, TaskCompletionSource<Error?> told, CancellationToken ct)
    {
        Error? error = null;
        try
        {
            using var place = await _queue.EnterAsync(ct);
            var made = place is null ? ArchiveQueue.Busy : await WriteAsync(archive, blobs, path, ct);
            error = made.Error;
            return made;
        }
        finally
        {
            _making.TryRemove(archive.Key, out _);
            told.SetResult(error);
        }
    }

    private async Task<Result<FileStream>> WriteAsync(ProjectArchive archive, BlobReader blobs, string path, CancellationToken ct)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            await using (var file = new FileStream(temporary, OptionsOf(FileMode.CreateNew, FileAccess.ReadWrite)))
            {
                if (await ArchiveWriting.WriteAsync(archive, blobs, file, ct) is { } error) return error;
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        // Opened before room is made: the newest is not the one that goes.
        var opened = new FileStream(path, OptionsOf(FileMode.Open, FileAccess.Read));
        Trim();
        return opened;
    }

    private string PathOf(ProjectArchive archive) => Path.Combine(_folder, archive.Key + ".zip");

    private static FileStream? TryOpen(string path)
    {
        try
        {
            var file = new FileStream(path, OptionsOf(FileMode.Open, FileAccess.Read));
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return file;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // Whoever reads a file that is taken away reads it to its end.
    private static FileStreamOptions OptionsOf(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.Read | FileShare.Delete, BufferSize = 64 * 1024, Options = FileOptions.Asynchronous };
        // Others on the machine have no business in what may be a private project.
        if (mode is FileMode.CreateNew && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private void Trim()
    {
        long kept = 0;
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc))
        {
            try
            {
                kept += file.Length;
                if (kept > DiskBytes) file.Delete();
            }
            catch (FileNotFoundException)
            {
                // Another node on this folder, or another request, was there first.
            }
        }
    }
}

/// <summary>How many archives are made for one network; those that are at hand are not counted.</summary>
sealed class ArchiveLimits(RateLimits rates, ProjectLimits limits, RequestOrigin from)
{
    /// <summary>Counts one more; <see cref="Error.TooManyRequests"/> beyond the limit.</summary>
    public async Task<Error?> TakeAsync(CancellationToken ct) =>
        await rates.TakeAsync($"archive:{from.Network}", limits.ArchivesPerMinute, TimeSpan.FromMinutes(1), ct) is { } wait ? new Error.TooManyRequests(wait) : null;
}

/// <summary>
/// Writes archives that import again byte for byte: in one folder, which an import strips, so that a project of one folder
/// keeps it; with what packs too well stored as it is, so that no archive of the hub is taken for a bomb.
/// </summary>
static class ArchiveWriting
{
    private const int WorthAsking = 100_000;
    private const double SuspiciousRatio = 0.02;

    // Pictures and sounds are packed already, and packing them again costs most of all. A large file is judged by samples, each
    // larger than what deflate looks back on. Where none of them packs this well, the whole does not pack a hundred times.
    private const int SampleBytes = 256 * 1024;
    private const int Samples = 4;
    private const double HardlyPacks = 0.95;
    private const double PacksWell = 0.3;

    // The same archive for the same revision: no time of day in it.
    private static readonly DateTimeOffset s_written = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Writes an archive into a file: into a response, ZipArchive of .NET 10.0.12 writes an entry's sizes synchronously, which
    /// Kestrel refuses; and a damaged blob is noticed before the answer has begun. Null, or <see cref="Error.CorruptBlob"/>.
    /// </summary>
    public static async Task<Error?> WriteAsync(ProjectArchive archive, BlobReader blobs, FileStream target, CancellationToken ct)
    {
        await using var zip = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, ct);
        foreach (var (path, file) in archive.Manifest.Files)
        {
            var content = await blobs.ReadAsync(file.Hash, ct);
            if (!content.IsOk) return content.Error;
            var entry = zip.CreateEntry($"{archive.Folder}/{path}", IsBetterStored(content.Value) ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
            entry.LastWriteTime = s_written;
            await using var stream = await entry.OpenAsync(ct);
            await stream.WriteAsync(content.Value, ct);
        }
        return null;
    }

    /// <summary>Whether a file hardly packs at all, or so well that an import would take it for a bomb.</summary>
    internal static bool IsBetterStored(byte[] content)
    {
        if (content.Length < WorthAsking) return false;
        var ratios = SamplesOf(content).ConvertAll(sample => RatioOf(sample.Span, CompressionLevel.Fastest));
        if (ratios.TrueForAll(ratio => ratio > HardlyPacks)) return true;
        // As it would be packed: what repeats itself is found five times as well as at the fastest level.
        return ratios.Exists(ratio => ratio < PacksWell) && RatioOf(content, CompressionLevel.Optimal) < SuspiciousRatio;
    }

    private static List<ReadOnlyMemory<byte>> SamplesOf(byte[] content)
    {
        if (content.Length <= Samples * SampleBytes) return [content];
        var step = (content.Length - SampleBytes) / (Samples - 1);
        return [.. Enumerable.Range(0, Samples).Select(i => (ReadOnlyMemory<byte>)content.AsMemory(i * step, SampleBytes))];
    }

    private static double RatioOf(ReadOnlySpan<byte> content, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, level, leaveOpen: true)) deflate.Write(content);
        return (double)packed.Length / content.Length;
    }
}
