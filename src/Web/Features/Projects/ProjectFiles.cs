using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>One file of a project as the API lists it.</summary>
/// <param name="Length">Length in bytes.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
public sealed record ProjectFile(string Path, long Length, string Sha256, string ContentType);

/// <summary>The files of the newest revision that the caller may see.</summary>
public sealed record ProjectFileList(int Revision, IReadOnlyList<ProjectFile> Files);

/// <summary>Lists a project's files.</summary>
/// <param name="Revision">Another revision than the newest that the caller may see; any other than the published one is there for editors alone.</param>
sealed record ListFiles(ProjectId Id, int? Revision = null) : IRequest<Result<ProjectFileList>>;

sealed class ListFilesHandler(HubDb db, CurrentUser user) : IRequestHandler<ListFiles, Result<ProjectFileList>>
{
    public async Task<Result<ProjectFileList>> Handle(ListFiles command, CancellationToken ct)
    {
        if (await db.SeenRevisionAsync(command.Id, command.Revision, user, ct) is not { } revision) return new Error.NotFound("project");
        return new ProjectFileList(revision.Number, [.. revision.Manifest.Files.Select(file => new ProjectFile(
            file.Key.Value, file.Value.Length, file.Value.Hash.ToString(), ContentTypes.Of(file.Key.Value)))]);
    }
}

/// <summary>The bytes of a file and the revision that they are of.</summary>
sealed record FileBytes(int Revision, FilePath Path, byte[] Content);

sealed record ReadFile(ProjectId Id, string Path, int? Revision = null) : IRequest<Result<FileBytes>>;

sealed class ReadFileHandler(HubDb db, BlobReader blobs, CurrentUser user) : IRequestHandler<ReadFile, Result<FileBytes>>
{
    public async Task<Result<FileBytes>> Handle(ReadFile command, CancellationToken ct)
    {
        if (await db.SeenRevisionAsync(command.Id, command.Revision, user, ct) is not { } revision) return new Error.NotFound("project");
        var path = FilePath.Parse(command.Path);
        if (!path.IsOk || revision.Manifest.Find(path.Value.Value) is not { } entry) return new Error.NotFound("file");
        var content = await blobs.ReadAsync(entry.Hash, ct);
        return content.IsOk ? new FileBytes(revision.Number, path.Value, content.Value) : content.Error;
    }
}

static class SeenRevisions
{
    /// <summary>
    /// A revision of a project, or the newest that the caller may see; null where it is not there for the caller: who does not
    /// edit sees the published one alone.
    /// </summary>
    public static async Task<Revision?> SeenRevisionAsync(this HubDb db, ProjectId id, int? wanted, CurrentUser user, CancellationToken ct)
    {
        if (await db.SeenAsync(id, user, ct) is not { } seen) return null;
        var number = wanted ?? seen.RevisionNumber;
        if (!seen.CanEdit && number != seen.RevisionNumber) return null;
        return await db.Revisions.AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == id && r.Number == number, ct);
    }

    /// <summary>The entity tag of a revision, without quotes.</summary>
    public static string TagOf(int revision) => revision.ToString(CultureInfo.InvariantCulture);
}
