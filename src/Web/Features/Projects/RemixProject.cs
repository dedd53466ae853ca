using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>Makes a project of the caller out of what they may see of another. Blobs are shared.</summary>
sealed record RemixProject(ProjectId Id) : IRequest<Result<TaggedProject>>;

sealed class RemixProjectHandler(HubDb db, RevisionWriter revisions, RateLimits rates, ProjectLimits limits, CurrentUser user, Origins origins, TimeProvider time)
    : IRequestHandler<RemixProject, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(RemixProject command, CancellationToken ct)
    {
        if (user.Id is not { } owner) return new Error.Unauthenticated();
        if (await db.SeenAsync(command.Id, user, ct) is not { } seen) return new Error.NotFound("project");
        if (seen.Project.TakenDownAt is not null) return new Error.Gone("project");
        if (await rates.TakeNewProjectAsync(user, limits, ct) is { } busy) return busy;
        var number = seen.RevisionNumber;
        var manifest = await db.Revisions.Where(r => r.ProjectId == command.Id && r.Number == number).Select(r => r.Manifest).SingleAsync(ct);
        var id = await revisions.CreateFirstAsync(
            owner, seen.Project.Name, slug: null, Visibility.Unlisted, manifest, [], time.GetUtcNow(), ct, seen.Project, number);
        return id.IsOk ? await db.AnswerAsync(id.Value, user, origins, ct) : id.Error;
    }
}
