using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>A project that was found by its address.</summary>
/// <param name="Id">The project.</param>
/// <param name="Project">What the caller may see of it.</param>
/// <param name="Tag">Its entity tag, without quotes.</param>
/// <param name="Role">What the caller may do; null for a visitor.</param>
sealed record FoundProject(ProjectId Id, ProjectSummary Project, string Tag, ProjectRole? Role)
{
    public bool CanEdit => Role is not null;

    public bool IsOwner => Role is ProjectRole.Owner;
}

/// <summary>Finds a project by its address on the hub, also by one that it had before.</summary>
sealed record FindProject(string Owner, string Slug) : IRequest<Result<FoundProject>>;

sealed class FindProjectHandler(HubDb db, CurrentUser user, Origins origins) : IRequestHandler<FindProject, Result<FoundProject>>
{
    public async Task<Result<FoundProject>> Handle(FindProject command, CancellationToken ct)
    {
        if (await FindAsync(command, ct) is not { } seen) return new Error.NotFound("project");
        var tagged = await db.TaggedAsync(seen, origins, ct);
        return new FoundProject(seen.Project.Id, tagged.Project, tagged.Tag, seen.Role);
    }

    private async Task<SeenProject?> FindAsync(FindProject command, CancellationToken ct)
    {
        var owner = await db.Users.Where(u => u.UserName == command.Owner).Select(u => (Guid?)u.Id).SingleOrDefaultAsync(ct);
        if (owner is null) return null;
        var here = db.Projects.Where(p => p.OwnerId == owner && p.Slug == command.Slug).VisibleTo(user);
        if ((await db.SeenAsync(here, user, ct)).SingleOrDefault() is { } seen) return seen;
        var moved = db.Projects
            .Where(p => db.SlugRedirects.Any(r => r.OwnerId == owner && r.Slug == command.Slug && r.ProjectId == p.Id)).VisibleTo(user);
        return (await db.SeenAsync(moved, user, ct)).SingleOrDefault();
    }
}
