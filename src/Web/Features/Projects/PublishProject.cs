using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Serving.Libraries;
using PyScriptHub.Web.Serving.Packages;
using PyScriptHub.Web.Workers;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>Which revision to show; the newest where none is named.</summary>
public sealed record PublishProjectRequest(int? Revision = null);

sealed record PublishProject(ProjectId Id, int? Revision) : IRequest<Result<TaggedProject>>;

sealed class PublishProjectHandler(
    HubDb db, PageReleases releases, PublicationLocks locks, SiteLibraries libraries, SmokeRequests smoke, CurrentUser user, Origins origins, TimeProvider time)
    : IRequestHandler<PublishProject, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(PublishProject command, CancellationToken ct)
    {
        var project = await db.Projects.EditableBy(user).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return await db.RefusalAsync(command.Id, user, ct);
        if (project.TakenDownAt is not null) return new Error.Forbidden("The project was taken down by an administrator.");
        var number = command.Revision ?? project.HeadNumber;
        var revision = await db.Revisions.AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == project.Id && r.Number == number, ct);
        if (revision is null) return Error.Field("revision", $"There is no revision {number}.");
        if (revision.Manifest.StartPage is not { } startPage)
            return new Error.Invalid("no_start_page", "The project has no HTML page to show. Add an index.html.");

        var resolved = await releases.ResolveAsync(revision.Manifest, ct);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var pinned = await libraries.ResolveAsync(id, revision.Manifest, ct);
        var now = time.GetUtcNow();
        var (start, pages) = (resolved.Start, resolved.Pages);
        var publication = new Publication(id, project.Id, number, startPage, start.Release, start.Reason, pages, now);
        // Before the transaction: upstreams may be slow, and nobody else should wait for them.
        var locked = await locks.ResolveAsync(publication, project, revision.Manifest, ct);
        project.Publish(publication, now);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            if (await db.SaveOrStaleAsync(project, ct) is { } stale) return stale;
            db.AddRange(locked);
            db.AddRange(pinned);
            await db.SaveChangesAsync(ct);
            await smoke.PublishedAsync(project, revision.Manifest, ct);
            await transaction.CommitAsync(ct);
            return await db.AnswerAsync(project.Id, user, origins, ct);
        }
        catch (Exception e) when (Contention.IsReference(e))
        {
            // Thinned away since it was read.
            return Error.Field("revision", $"There is no revision {number}.");
        }
    }
}

/// <summary>Takes the publication back; the project's own address answers 404 from then on.</summary>
sealed record UnpublishProject(ProjectId Id) : IRequest<Result<TaggedProject>>;

sealed class UnpublishProjectHandler(HubDb db, CurrentUser user, Origins origins, TimeProvider time) : IRequestHandler<UnpublishProject, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(UnpublishProject command, CancellationToken ct)
    {
        var project = await db.Projects.EditableBy(user).Include(p => p.Publication).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return await db.RefusalAsync(command.Id, user, ct);
        if (project.Publication is not null) project.Unpublish(time.GetUtcNow());
        return await db.SaveOrStaleAsync(project, ct) is { } stale ? stale : await db.AnswerAsync(project.Id, user, origins, ct);
    }
}
