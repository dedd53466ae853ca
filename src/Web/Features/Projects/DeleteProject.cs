using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

sealed record DeleteProject(ProjectId Id, IfMatch Condition) : IRequest<Result<Done>>;

sealed class DeleteProjectHandler(HubDb db, CurrentUser user, TimeProvider time) : IRequestHandler<DeleteProject, Result<Done>>
{
    public async Task<Result<Done>> Handle(DeleteProject command, CancellationToken ct)
    {
        var project = await db.Projects.OwnedBy(user).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return await db.RefusalAsync(command.Id, user, ct);
        if (!command.Condition.Allows(ProjectSummary.TagOf(project))) return new Error.Stale(ProjectSummary.TagOf(project));
        project.Delete(time.GetUtcNow());
        return await db.SaveOrStaleAsync(project, ct) is { } stale ? stale : default(Done);
    }
}

sealed record UndeleteProject(ProjectId Id) : IRequest<Result<TaggedProject>>;

sealed class UndeleteProjectHandler(HubDb db, CurrentUser user, Origins origins, TimeProvider time)
    : IRequestHandler<UndeleteProject, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(UndeleteProject command, CancellationToken ct)
    {
        var project = await db.Projects.OwnedEvenIfDeletedBy(user).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return await db.RefusalAsync(command.Id, user, ct);
        if (project.Undelete(time.GetUtcNow()) is { } error) return error;
        if (await db.SaveOrStaleAsync(project, ct) is { } stale) return stale;
        return await db.AnswerAsync(project.Id, user, origins, ct);
    }
}

static class ProjectSaves
{
    /// <summary>Saves; <see cref="Error.Stale"/> where somebody else changed the project since it was read.</summary>
    public static async Task<Error?> SaveOrStaleAsync(this HubDb db, Project project, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return await db.StaleAsync(project.Id, ct);
        }
    }

    /// <summary>That somebody was faster, with the tag that a next try can send.</summary>
    public static async Task<Error> StaleAsync(this HubDb db, ProjectId id, CancellationToken ct)
    {
        var newest = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct);
        return newest is null ? new Error.NotFound("project") : new Error.Stale(ProjectSummary.TagOf(newest));
    }

    /// <summary>Lets an address that a project had lead on to where it is now.</summary>
    public static async Task KeepAddressAsync(this HubDb db, Project project, Guid owner, string slug, CancellationToken ct)
    {
        var known = await db.SlugRedirects.SingleOrDefaultAsync(r => r.OwnerId == owner && r.Slug == slug, ct);
        if (known is null) db.Add(new SlugRedirect(owner, slug, project.Id));
        else known.LeadTo(project.Id);
    }

    /// <summary>Takes away the addresses that could be guessed: a project that becomes unlisted is not found by them any more.</summary>
    public static async Task ForgetAddressesAsync(this HubDb db, Project project, CancellationToken ct) =>
        db.RemoveRange(await db.SlugRedirects.Where(r => r.ProjectId == project.Id).ToListAsync(ct));
}
