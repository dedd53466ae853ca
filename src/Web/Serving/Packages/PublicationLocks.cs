using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>Makes the locks of a publication, for each release that its pages may run on: their own, and the candidate that may become the default.</summary>
public sealed class PublicationLocks(IServiceScopeFactory scopes, RuntimeCatalog runtime, DefaultRelease defaults)
{
    /// <summary>The rows that are to be written with the publication.</summary>
    public async Task<IReadOnlyList<PublicationLock>> ResolveAsync(Publication publication, Project project, Manifest manifest, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(publication);
        ArgumentNullException.ThrowIfNull(project);
        // What is fetched on the way is written by itself: the caller's own changes have nothing to do with it.
        await using var scope = scopes.CreateAsyncScope();
        var (db, locks) = (scope.ServiceProvider.GetRequiredService<HubDb>(), scope.ServiceProvider.GetRequiredService<PageLocks>());
        var standard = await defaults.GetAsync(ct);
        var names = await db.Canaries.Where(canary => canary.State == CanaryState.Looking).Select(canary => canary.Release).ToListAsync(ct);
        var candidates = names.Select(runtime.FindRelease).OfType<RuntimeRelease>().ToList();
        return await locks.ResolveAsync(publication.Id, manifest, page => runtime.FindRelease(project.RuntimePin ?? publication.ReleaseOf(page)) is { } own
            ? own.Name == standard.Name && project.RuntimePin is null ? candidates.Prepend(own) : [own]
            : [], ct);
    }
}
