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
        if (!command.Condition.Allows(ProjectSummary.TagOf(project))) return new Error.Stale(project.HeadNumber);
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
            return new Error.Stale(project.HeadNumber);
        }
    }
}
