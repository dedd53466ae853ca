using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>A project as its page on the hub shows it.</summary>
/// <param name="Id">The project.</param>
/// <param name="Project">What the caller may see of it.</param>
/// <param name="Tag">Its entity tag, without quotes.</param>
/// <param name="Role">What the caller may do; null for a visitor.</param>
/// <param name="DraftUrl">The caller's own living address of the draft; null where there is none.</param>
/// <param name="RemixOf">The project that it was made from, where the caller may see that.</param>
/// <param name="TakenDown">Whether an administrator took it away from the public.</param>
/// <param name="DraftRelease">The release that the draft runs on, and why; null for who sees the publication alone.</param>
/// <param name="Template">The template whose start page the shown revision has; null for any other.</param>
/// <param name="PublishedAt">When it was last published.</param>
/// <param name="UsesWorkers">Whether the start page runs scripts in workers, for which some browsers lack shared memory.</param>
sealed record FoundProject(
    ProjectId Id, ProjectSummary Project, string Tag, ProjectRole? Role, string? DraftUrl, ProjectName? RemixOf, bool TakenDown,
    PageRelease? DraftRelease, string? Template, DateTimeOffset? PublishedAt, bool UsesWorkers)
{
    public bool CanEdit => Role is not null;

    public bool IsOwner => Role is ProjectRole.Owner;
}

/// <summary>What it takes to name a project and lead to it.</summary>
sealed record ProjectName(string Name, string Owner, string Slug)
{
    public string Path => $"/@{Owner}/{Slug}";
}

/// <summary>Finds a project by its address on the hub, also by one that it had before.</summary>
sealed record FindProject(string Owner, string Slug) : IRequest<Result<FoundProject>>;

sealed class FindProjectHandler(
    HubDb db, PageReleases releases, ContentSites sites, TemplateSites templates, CurrentUser user, Origins origins, TimeProvider time) : IRequestHandler<FindProject, Result<FoundProject>>
{
    public async Task<Result<FoundProject>> Handle(FindProject command, CancellationToken ct)
    {
        if (await FindAsync(command, ct) is not { } seen) return new Error.NotFound("project");
        var project = seen.Project;
        var tagged = await db.TaggedAsync(seen, origins, ct);
        var shown = await sites.ManifestAsync(project.Id, project.Publication?.RevisionNumber ?? seen.RevisionNumber, ct);
        return new FoundProject(
            project.Id, tagged.Project, tagged.Tag, seen.Role, await DraftUrlAsync(seen, ct), await ParentAsync(project.RemixOfId, ct),
            project.TakenDownAt is not null, await DraftReleaseAsync(seen, ct), templates.TemplateOf(shown), project.Publication?.CreatedAt,
            await releases.StartsWorkersAsync(shown, ct));
    }

    private async Task<PageRelease?> DraftReleaseAsync(SeenProject seen, CancellationToken ct)
    {
        if (!seen.CanEdit) return null;
        if (seen.Project.RuntimePin is { } pin) return new PageRelease(pin, $"The project is pinned to {pin}.");
        var head = await sites.ManifestAsync(seen.Project.Id, seen.RevisionNumber, ct);
        return head.StartPage is null ? null : (await releases.ResolveAsync(head, ct)).Start;
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

    private async Task<string?> DraftUrlAsync(SeenProject seen, CancellationToken ct)
    {
        if (!seen.CanEdit) return null;
        var (id, viewer, now) = (seen.Project.Id, user.Id, time.GetUtcNow());
        var label = await db.ContentGrants
            .Where(g => g.ProjectId == id && g.ViewerId == viewer && g.Kind == ContentGrantKind.Viewer && g.ExpiresAt > now)
            .Select(g => g.Label).SingleOrDefaultAsync(ct);
        return label is null ? null : origins.Content(label).Of("");
    }

    private async Task<ProjectName?> ParentAsync(ProjectId? parent, CancellationToken ct) => parent is null ? null
        : await db.Projects.Where(p => p.Id == parent).VisibleTo(user)
            .Select(p => new ProjectName(p.Name, db.Users.Where(u => u.Id == p.OwnerId).Select(u => u.UserName!).First(), p.Slug))
            .SingleOrDefaultAsync(ct);
}
