using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving.Packages;

namespace PyScriptHub.Web.Serving;

/// <summary>What a content host shows: one revision of one project, with what decides how.</summary>
/// <param name="Publication">The publication that it is; null for a grant, which shows a draft.</param>
/// <param name="Release">The release that a grant is bound to; null where pages and pin decide.</param>
/// <param name="Grant">What kind of grant shows it; null for a publication and for a trial.</param>
/// <param name="Trial">What is tried and not saved; null where a revision is shown.</param>
public sealed record ContentSite(
    Project Project, int RevisionNumber, Publication? Publication, string? Release, ContentGrantKind? Grant = null, TrialFiles? Trial = null)
{
    public bool IsDraft => Publication is null;

    /// <summary>The files, where they are the hub's own and no revision's: those of a package's test.</summary>
    public Manifest? Files { get; init; }

    /// <summary>
    /// Whether its pages carry the bridge that hands console and errors to the editor: what a person sees of a draft or a trial in
    /// the editor, and nothing else. Every HTML page of such a site carries it, with PyScript or without: its console and its
    /// JavaScript errors are wanted as well.
    /// </summary>
    public bool HasBridge => Grant is ContentGrantKind.Viewer || Trial is not null;

    /// <summary>Names the files that are shown: what is made of them can be kept under it.</summary>
    public string FilesTag => Trial is { } trial ? $"{trial.Label} {trial.Number}" : $"{Project.Id} {RevisionNumber}";
}

/// <summary>The files of a trial as they are after so many replacements.</summary>
public sealed record TrialFiles(string Label, int Number, Manifest Manifest);

/// <summary>
/// Finds what a label shows. The table is asked for every request, so that what is taken back is gone at once; only where the
/// database is away does what was last seen answer.
/// </summary>
public sealed class ContentSites(HubDb db, ContentSiteMemory memory, TemplateSites templates, PackageTestSites tests, TimeProvider time)
{
    // A viewer's grant is written no more often than this while it is in use.
    private static readonly TimeSpan s_renewEvery = TimeSpan.FromMinutes(10);

    /// <summary>The site of a label, or null.</summary>
    public async Task<ContentSite?> FindAsync(string label, CancellationToken ct)
    {
        if (templates.Find(label) is { } template) return template;
        try
        {
            var site = await ReadAsync(label, ct);
            memory.Keep(label, site);
            return site;
        }
        catch (Exception e) when (Problems.IsDatabaseAway(e) && memory.Last(label) is { } last)
        {
            return last;
        }
    }

    /// <summary>The files of a revision, which never change.</summary>
    public async Task<Manifest> ManifestAsync(ProjectId project, int revision, CancellationToken ct)
    {
        if (templates.ManifestOf(project) is { } template) return template;
        if (memory.Manifests.TryGetValue((project, revision), out Manifest? known)) return known!;
        var manifest = await db.Revisions.Where(r => r.ProjectId == project && r.Number == revision).Select(r => r.Manifest).SingleAsync(ct);
        return memory.Manifests.Set((project, revision), manifest, new MemoryCacheEntryOptions { Size = manifest.Files.Count + 1 });
    }

    /// <summary>The files that a site shows.</summary>
    public Task<Manifest> ManifestAsync(ContentSite site, CancellationToken ct) =>
        (site.Files ?? site.Trial?.Manifest) is { } files ? Task.FromResult(files) : ManifestAsync(site.Project.Id, site.RevisionNumber, ct);

    private async Task<ContentSite?> ReadAsync(string label, CancellationToken ct)
    {
        var project = await db.Projects.AsNoTracking().Include(p => p.Publication).SingleOrDefaultAsync(p => p.Label == label && p.DeletedAt == null, ct);
        if (project is not null)
        {
            if (project.TakenDownAt is not null) return new ContentSite(project, project.HeadNumber, project.Publication, null);
            return project.Publication is { } publication && project.Visibility is not Visibility.Private
                ? new ContentSite(project, publication.RevisionNumber, publication, null)
                : null;
        }
        var now = time.GetUtcNow();
        var granted = await db.ContentGrants.AsNoTracking().Where(g => g.Label == label && g.ExpiresAt > now)
            .Join(db.Projects.AsNoTracking().Where(p => p.DeletedAt == null), g => g.ProjectId, p => p.Id, (grant, p) => new { Grant = grant, Project = p })
            // A person's leave to see a draft ends with their membership, whatever was asked at the same moment.
            .Where(x => x.Grant.Kind != ContentGrantKind.Viewer || x.Project.OwnerId == x.Grant.ViewerId
                || x.Project.Members.Any(m => m.UserId == x.Grant.ViewerId))
            .SingleOrDefaultAsync(ct);
        if (granted is null) return await TrialAsync(label, now, ct) ?? await tests.FindAsync(label, ct);
        await RenewAsync(granted.Grant, now, ct);
        return new ContentSite(granted.Project, granted.Grant.RevisionNumber ?? granted.Project.HeadNumber, null, granted.Grant.Release, granted.Grant.Kind);
    }

    private async Task<ContentSite?> TrialAsync(string label, DateTimeOffset now, CancellationToken ct)
    {
        if (label.Length != Trial.SecretLength) return null;
        var tried = await db.Trials.AsNoTracking().Where(t => t.Label == label && t.ExpiresAt > now)
            .Join(db.Projects.AsNoTracking().Where(p => p.DeletedAt == null), t => t.ProjectId, p => p.Id, (t, p) => new { t.Number, t.ViewerId, t.ExpiresAt, t.EndsAt, Project = p })
            // What was made from a draft ends with the membership, what was made from a publication with the publication.
            .Where(x => x.ViewerId == null
                ? x.Project.PublicationId != null && x.Project.Visibility != Visibility.Private
                : x.Project.OwnerId == x.ViewerId || x.Project.Members.Any(m => m.UserId == x.ViewerId))
            .SingleOrDefaultAsync(ct);
        if (tried is null) return null;
        if (!memory.Manifests.TryGetValue((label, tried.Number), out Manifest? manifest))
        {
            var parts = await db.Trials.AsNoTracking().Where(t => t.Label == label && t.Number == tried.Number)
                .Join(db.Revisions, t => new { t.ProjectId, Number = t.RevisionNumber }, r => new { r.ProjectId, r.Number }, (t, r) => new { t.Change, r.Manifest })
                .SingleOrDefaultAsync(ct);
            // Replaced or ended in between.
            if (parts is null) return null;
            manifest = parts.Manifest.WithStored(parts.Change);
            memory.Manifests.Set((label, tried.Number), manifest, new MemoryCacheEntryOptions { Size = manifest.Files.Count + 1 });
        }
        var expires = Trial.ExpiryOf(now, tried.EndsAt);
        if (expires - tried.ExpiresAt >= s_renewEvery)
            await db.Trials.Where(t => t.Label == label).ExecuteUpdateAsync(set => set.SetProperty(t => t.ExpiresAt, expires), ct);
        return new ContentSite(tried.Project, tried.Project.HeadNumber, null, null, null, new TrialFiles(label, tried.Number, manifest!));
    }

    private async Task RenewAsync(ContentGrant grant, DateTimeOffset now, CancellationToken ct)
    {
        var written = grant.ExpiresAt;
        grant.Renew(now);
        if (grant.ExpiresAt - written < s_renewEvery) return;
        await db.ContentGrants.Where(g => g.Label == grant.Label).ExecuteUpdateAsync(set => set.SetProperty(g => g.ExpiresAt, grant.ExpiresAt), ct);
    }
}

/// <summary>What labels last showed, and manifests, which never change.</summary>
public sealed class ContentSiteMemory : IDisposable
{
    private readonly MemoryCache _last = new(new MemoryCacheOptions { SizeLimit = 20_000 });

    internal MemoryCache Manifests { get; } = new(new MemoryCacheOptions { SizeLimit = 500_000 });

    public void Dispose()
    {
        Manifests.Dispose();
        _last.Dispose();
    }

    internal ContentSite? Last(string label) => _last.Get<ContentSite>(label);

    // Publications alone: a draft's grant must not outlive its time because the database is away.
    internal void Keep(string label, ContentSite? site)
    {
        if (site is null or { IsDraft: true }) _last.Remove(label);
        else _last.Set(label, site, new MemoryCacheEntryOptions { Size = 1 });
    }
}
