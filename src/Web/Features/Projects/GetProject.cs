using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>A project with its entity tag.</summary>
sealed record TaggedProject(ProjectSummary Project, string Tag);

sealed record GetProject(ProjectId Id) : IRequest<Result<TaggedProject>>;

sealed class GetProjectHandler(HubDb db, CurrentUser user, Origins origins) : IRequestHandler<GetProject, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(GetProject command, CancellationToken ct)
    {
        if (await db.SeenAsync(command.Id, user, ct) is not { } seen) return new Error.NotFound("project");
        return await db.TaggedAsync(seen, origins, ct);
    }
}

static class ProjectAnswers
{
    /// <summary>The project as it is answered, its start page read from the revision that the caller sees.</summary>
    public static async Task<TaggedProject> TaggedAsync(this HubDb db, SeenProject seen, Origins origins, CancellationToken ct)
    {
        var (id, number) = (seen.Project.Id, seen.RevisionNumber);
        var manifest = await db.Revisions.Where(r => r.ProjectId == id && r.Number == number).Select(r => r.Manifest).SingleAsync(ct);
        return new TaggedProject(ProjectSummary.Of(seen, manifest.StartPage, origins), ProjectSummary.TagOf(seen));
    }

    /// <summary>The project as it is after a change by the caller.</summary>
    public static async Task<Result<TaggedProject>> AnswerAsync(this HubDb db, ProjectId id, CurrentUser user, Origins origins, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        return await db.SeenAsync(id, user, ct) is { } seen ? await db.TaggedAsync(seen, origins, ct) : new Error.NotFound("project");
    }
}
