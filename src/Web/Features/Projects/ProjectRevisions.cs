using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>One state in a project's history.</summary>
/// <param name="Author">The <c>@name</c> of who saved it; null where the account is gone.</param>
public sealed record RevisionSummary(int Revision, string? Name, string? Author, DateTimeOffset CreatedAt, bool IsHead, bool IsPublished);

sealed record ListRevisions(ProjectId Id, string? Limit, string? Cursor) : IRequest<Result<Page<RevisionSummary>>>;

sealed class ListRevisionsHandler(HubDb db, CurrentUser user) : IRequestHandler<ListRevisions, Result<Page<RevisionSummary>>>
{
    public async Task<Result<Page<RevisionSummary>>> Handle(ListRevisions command, CancellationToken ct)
    {
        var page = PageRequest.Read(command.Limit, command.Cursor);
        if (!page.IsOk) return page.Error;
        // History is for those who edit: to others there is the publication alone.
        var project = await db.Projects.AsNoTracking().EditableBy(user).Include(p => p.Publication).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return new Error.NotFound("project");
        var revisions = db.Revisions.AsNoTracking().Where(r => r.ProjectId == project.Id);
        if (page.Value.After is { } after) revisions = revisions.Where(r => r.Number < after.At.UtcTicks);
        var rows = await revisions.OrderByDescending(r => r.Number).Take(page.Value.Limit + 1)
            .Select(r => new { r.Number, r.Name, Author = db.Users.Where(u => u.Id == r.AuthorId).Select(u => u.UserName).FirstOrDefault(), r.CreatedAt })
            .ToListAsync(ct);
        return page.Value.Answer(rows, r => (PlaceOf(r.Number), Guid.Empty), r => new RevisionSummary(
            r.Number, r.Name, r.Author, r.CreatedAt, r.Number == project.HeadNumber, r.Number == project.Publication?.RevisionNumber));
    }

    // Revisions go by their number, whatever the clock did meanwhile: the cursor's time holds it as ticks.
    private static DateTimeOffset PlaceOf(int number) => new(number, TimeSpan.Zero);
}

/// <summary>A name for a revision; null takes it off.</summary>
public sealed record NameRevisionRequest(string? Name);

sealed record NameRevision(ProjectId Id, int Number, NameRevisionRequest Request) : IRequest<Result<RevisionSummary>>;

sealed class NameRevisionHandler(HubDb db, CurrentUser user) : IRequestHandler<NameRevision, Result<RevisionSummary>>
{
    public async Task<Result<RevisionSummary>> Handle(NameRevision command, CancellationToken ct)
    {
        if (command.Request.Name is { Length: > Revision.NameLength }) return Error.Field("name", $"A name has {Revision.NameLength} characters at most.");
        if (command.Request.Name is { } text && ReadableText.Misleads(text)) return Error.Field("name", "A name has no control characters and none that change the order in which it is read.");
        var project = await db.Projects.AsNoTracking().EditableBy(user).Include(p => p.Publication).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return await db.HistoryRefusalAsync(command.Id, user, ct);
        var revision = await db.Revisions.SingleOrDefaultAsync(r => r.ProjectId == project.Id && r.Number == command.Number, ct);
        if (revision is null) return new Error.NotFound("revision");
        revision.Rename(command.Request.Name);
        await db.SaveChangesAsync(ct);
        var author = await db.Users.Where(u => u.Id == revision.AuthorId).Select(u => u.UserName).FirstOrDefaultAsync(ct);
        return new RevisionSummary(
            revision.Number, revision.Name, author, revision.CreatedAt, revision.Number == project.HeadNumber, revision.Number == project.Publication?.RevisionNumber);
    }
}

sealed record RestoreRevision(ProjectId Id, int Number, IfMatch Condition) : IRequest<Result<SavedRevision>>;

sealed class RestoreRevisionHandler(HubDb db, RevisionWriter revisions, RateLimits rates, ProjectLimits limits, CurrentUser user, TimeProvider time)
    : IRequestHandler<RestoreRevision, Result<SavedRevision>>
{
    public async Task<Result<SavedRevision>> Handle(RestoreRevision command, CancellationToken ct)
    {
        if (await db.HeadAsync(command.Id, user, ct) is not { } open) return await db.HistoryRefusalAsync(command.Id, user, ct);
        var old = await db.Revisions.AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == command.Id && r.Number == command.Number, ct);
        if (old is null) return new Error.NotFound("revision");
        if (old.Manifest.Equals(open.Head.Manifest)) return new SavedRevision(open.Head.Number);
        if (!command.Condition.Allows(SeenRevisions.TagOf(open.Head.Number))) return new Error.Stale(SeenRevisions.TagOf(open.Head.Number));
        if (await rates.TakeSaveAsync(user, limits, ct) is { } busy) return busy;
        var saved = await revisions.AppendAsync(open.Project, open.Head, old.Manifest, [], user.Id!.Value, time.GetUtcNow(), ct);
        return saved.IsOk ? new SavedRevision(saved.Value) : saved.Error;
    }
}

static class HistoryAccess
{
    // The history of what others published is not there for a visitor, so it answers 404 even where the project is seen.
    public static Task<Error> HistoryRefusalAsync(this HubDb db, ProjectId id, CurrentUser user, CancellationToken ct) =>
        user.Id is null ? Task.FromResult<Error>(new Error.NotFound("project")) : db.RefusalAsync(id, user, ct);
}
