using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>What a project's page says beyond the project itself.</summary>
/// <param name="DraftUrl">The caller's own living address of the draft; null where there is none.</param>
/// <param name="RemixOf">The project that it was made from, where the caller may see that.</param>
/// <param name="TakenDown">Whether an administrator took it away from the public.</param>
/// <param name="DraftRelease">The release that the draft runs on, and why; null for who sees the publication alone.</param>
/// <param name="Template">The template whose start page the shown revision has; null for any other.</param>
/// <param name="PublishedAt">When it was last published.</param>
/// <param name="PictureRun">The last smoke run in which the published start page started and was pictured; null where there is none.</param>
/// <param name="OutsideLibraries">Addresses of JavaScript libraries that the publication asks other hosts for, each with the reason.</param>
/// <param name="UsesWorkers">Whether the start page runs scripts in workers, for which some browsers lack shared memory.</param>
sealed record ProjectDescription(
    string? DraftUrl, ProjectName? RemixOf, bool TakenDown, PageRelease? DraftRelease, string? Template, DateTimeOffset? PublishedAt, Guid? PictureRun,
    IReadOnlyList<OutsideLibrary> OutsideLibraries, bool UsesWorkers);

/// <summary>An address that the hub does not serve itself, and why.</summary>
sealed record OutsideLibrary(string Address, string Problem);

/// <summary>What it takes to name a project and lead to it.</summary>
sealed record ProjectName(string Name, string Owner, string Slug)
{
    public string Path => $"/@{Owner}/{Slug}";
}

/// <summary>Describes a project as its page shows it; reads the pages of what is shown.</summary>
sealed record DescribeProject(ProjectId Id) : IRequest<Result<ProjectDescription>>;

sealed class DescribeProjectHandler(
    HubDb db, PageReleases releases, ContentSites sites, TemplateSites templates, CurrentUser user, Origins origins, TimeProvider time)
    : IRequestHandler<DescribeProject, Result<ProjectDescription>>
{
    public async Task<Result<ProjectDescription>> Handle(DescribeProject command, CancellationToken ct)
    {
        if ((await db.SeenAsync(db.Projects.Where(p => p.Id == command.Id).VisibleTo(user), user, ct)).SingleOrDefault() is not { } seen)
            return new Error.NotFound("project");
        var project = seen.Project;
        var shown = await sites.ManifestAsync(project.Id, project.Publication?.RevisionNumber ?? seen.RevisionNumber, ct);
        return new ProjectDescription(
            await DraftUrlAsync(seen, ct), await ParentAsync(project.RemixOfId, ct), project.TakenDownAt is not null, await DraftReleaseAsync(seen, ct),
            templates.TemplateOf(shown), project.Publication?.CreatedAt, await PictureRunAsync(project, ct), await OutsideAsync(project, ct), await releases.StartsWorkersAsync(shown, ct));
    }

    // A page in the interpreter that it was not written for looks broken, which is no picture of the project.
    private async Task<Guid?> PictureRunAsync(Project project, CancellationToken ct) => project.Publication is not { } publication ? null
        : await db.SmokeRuns.Where(run => run.ProjectId == project.Id && run.RevisionNumber == publication.RevisionNumber && run.Page == publication.StartPage
                && run.Outcome == SmokeOutcome.Passed && run.HasScreenshot)
            .OrderByDescending(run => run.FinishedAt).Select(run => (Guid?)run.Id).FirstOrDefaultAsync(ct);

    private async Task<IReadOnlyList<OutsideLibrary>> OutsideAsync(Project project, CancellationToken ct) => project.Publication is not { } publication ? []
        : await db.PublicationLibraries.Where(row => row.PublicationId == publication.Id && row.Problem != null).OrderBy(row => row.Address)
            .Select(row => new OutsideLibrary(row.Address, row.Problem!)).ToListAsync(ct);

    private async Task<PageRelease?> DraftReleaseAsync(SeenProject seen, CancellationToken ct)
    {
        if (!seen.CanEdit) return null;
        if (seen.Project.RuntimePin is { } pin) return new PageRelease(pin, $"The project is pinned to {pin}.");
        var head = await sites.ManifestAsync(seen.Project.Id, seen.RevisionNumber, ct);
        return head.StartPage is null ? null : (await releases.ResolveAsync(head, ct)).Start;
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
