using System.IO.Compression;
using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>What goes into a project's archive, and what the archive is called.</summary>
sealed record ProjectArchive(string FileName, string Folder, Manifest Manifest);

sealed record GetArchive(ProjectId Id) : IRequest<Result<ProjectArchive>>;

sealed class GetArchiveHandler(HubDb db, CurrentUser user) : IRequestHandler<GetArchive, Result<ProjectArchive>>
{
    public async Task<Result<ProjectArchive>> Handle(GetArchive command, CancellationToken ct)
    {
        if (await db.SeenAsync(command.Id, user, ct) is not { } seen || await db.SeenRevisionAsync(command.Id, null, user, ct) is not { } revision)
            return new Error.NotFound("project");
        return new ProjectArchive($"{seen.Project.Slug}.zip", seen.Project.Slug, revision.Manifest);
    }
}

/// <summary>
/// Writes archives that import again byte for byte: in one folder, which an import strips, so that a project of one folder
/// keeps it; with what packs too well stored as it is, so that no archive of the hub is taken for a bomb.
/// </summary>
static class ArchiveWriting
{
    private const int WorthAsking = 100_000;
    private const int SuspiciousRatio = 50;

    // The same archive for the same revision: no time of day in it.
    private static readonly DateTimeOffset s_written = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// The archive as a file that is gone when it is closed: into a response, ZipArchive of .NET 10.0.12 writes an entry's sizes
    /// synchronously, which Kestrel refuses; and a damaged blob is noticed before the answer has begun. Error: <see cref="Error.CorruptBlob"/>.
    /// </summary>
    public static async Task<Result<FileStream>> WriteAsync(ProjectArchive archive, BlobReader blobs, CancellationToken ct)
    {
        var file = BodyLimits.TemporaryFile();
        try
        {
            if (await WriteAsync(archive, blobs, file, ct) is { } error)
            {
                await file.DisposeAsync();
                return error;
            }
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static async Task<Error?> WriteAsync(ProjectArchive archive, BlobReader blobs, FileStream target, CancellationToken ct)
    {
        await using var zip = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, ct);
        foreach (var (path, file) in archive.Manifest.Files)
        {
            var content = await blobs.ReadAsync(file.Hash, ct);
            if (!content.IsOk) return content.Error;
            var entry = zip.CreateEntry($"{archive.Folder}/{path}", PacksTooWell(content.Value) ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
            entry.LastWriteTime = s_written;
            await using var stream = await entry.OpenAsync(ct);
            await stream.WriteAsync(content.Value, ct);
        }
        return null;
    }

    private static bool PacksTooWell(byte[] content)
    {
        if (content.Length < WorthAsking) return false;
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(content);
        return packed.Length * SuspiciousRatio < content.Length;
    }
}
