using System.Collections.Immutable;
using System.Text.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Serving.Packages;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>What a page loads beside the runtime: exactly these files.</summary>
/// <param name="Id">The lock's id, a SHA-256 over what it says; null where nothing could be locked.</param>
/// <param name="Packages">Dependencies before what needs them.</param>
/// <param name="Problems">What is missing or in conflict, and where it was looked for.</param>
public sealed record PageLockSummary(
    string Page, string RuntimeRelease, string? Id, ImmutableArray<LockedPackage> Packages, ImmutableArray<LockProblem> Problems);

/// <summary>The locks of a project's pages that list packages: those of the publication, or what the draft would get now.</summary>
public sealed record ProjectLocks(int Revision, bool IsPublished, ImmutableArray<PageLockSummary> Pages);

/// <summary>Asks for the locks of a project. The draft's are for those who work on it.</summary>
sealed record ReadProjectLocks(ProjectId Id, bool OfDraft) : IRequest<Result<ProjectLocks>>;

sealed class ReadProjectLocksHandler(
    HubDb db, PageLocks locks, PackageLockReader reader, PageReleases releases, ContentSites sites, RuntimeCatalog runtime, CurrentUser user)
    : IRequestHandler<ReadProjectLocks, Result<ProjectLocks>>
{
    public async Task<Result<ProjectLocks>> Handle(ReadProjectLocks command, CancellationToken ct)
    {
        if ((await db.SeenAsync(db.Projects.Where(p => p.Id == command.Id).VisibleTo(user), user, ct)).SingleOrDefault() is not { } seen)
            return new Error.NotFound("project");
        if (seen.Project.Publication is { } publication && !(command.OfDraft && seen.CanEdit)) return await PublishedAsync(publication, ct);
        return seen.CanEdit ? await DraftAsync(seen, ct) : new Error.NotFound("project");
    }

    private async Task<ProjectLocks> PublishedAsync(Publication publication, CancellationToken ct)
    {
        var rows = await db.PublicationLocks.AsNoTracking().Where(row => row.PublicationId == publication.Id).OrderBy(row => row.Page).ThenByDescending(row => row.Release).ToListAsync(ct);
        var pages = new List<PageLockSummary>();
        foreach (var row in rows)
            pages.Add(await SummaryAsync(row.Page, row.Release, new ResolvedLock(row.LockId, JsonSerializer.Deserialize<ImmutableArray<LockProblem>>(row.Problems)), ct));
        return new ProjectLocks(publication.RevisionNumber, IsPublished: true, [.. pages.OrderBy(page => page.Page != publication.StartPage)]);
    }

    private async Task<ProjectLocks> DraftAsync(SeenProject seen, CancellationToken ct)
    {
        var manifest = await sites.ManifestAsync(seen.Project.Id, seen.RevisionNumber, ct);
        var resolved = await releases.ResolveAsync(manifest, ct);
        var pages = new List<PageLockSummary>();
        foreach (var page in manifest.Pages)
        {
            var name = seen.Project.RuntimePin ?? (resolved.Pages.TryGetValue(page, out var own) ? own : resolved.Start).Release;
            if (runtime.FindRelease(name) is not { } release || await locks.DraftAsync(manifest, page, release, ct) is not { } made) continue;
            pages.Add(await SummaryAsync(page, release.Name, made, ct));
        }
        return new ProjectLocks(seen.RevisionNumber, IsPublished: false, [.. pages]);
    }

    private async Task<PageLockSummary> SummaryAsync(string page, string release, ResolvedLock resolved, CancellationToken ct) => new(
        page, release, resolved.LockId, resolved.LockId is { } id && await reader.FindAsync(id, ct) is { } document ? document.Packages : [], resolved.Problems);
}
