using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>Ends what has had its time: projects deleted for more than 30 days, grants, trials, sessions and links that lapsed, counted windows.</summary>
public sealed class ProjectPurge(HubDb db)
{
    /// <summary>
    /// Deletes what is over at <paramref name="now"/> and answers how many projects went: none where one of them is in use at this
    /// moment, which the next time will see.
    /// </summary>
    public async Task<int> RunAsync(DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            return await DeleteAsync(now, ct);
        }
        catch (Exception e) when (Contention.IsReference(e) || Contention.IsPassing(e))
        {
            return 0;
        }
    }

    private async Task<int> DeleteAsync(DateTimeOffset now, CancellationToken ct)
    {
        var utc = now.ToUniversalTime();
        var deletedBefore = utc - Project.RestorableFor;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Publication and project point at each other; the pointer goes first.
        await db.Projects.Where(p => p.DeletedAt < deletedBefore).ExecuteUpdateAsync(set => set.SetProperty(p => p.PublicationId, (Guid?)null), ct);
        await db.Publications.Where(x => db.Projects.Any(p => p.Id == x.ProjectId && p.DeletedAt < deletedBefore)).ExecuteDeleteAsync(ct);
        var gone = await db.Projects.Where(p => p.DeletedAt < deletedBefore).ExecuteDeleteAsync(ct);
        // A viewer's lapsed grant is kept for a while: it is renewed under the same label, where the page's storage is.
        var lapsedBefore = utc - TimeSpan.FromDays(90);
        await db.ContentGrants.Where(grant => grant.ExpiresAt < lapsedBefore).ExecuteDeleteAsync(ct);
        // A smoke run's grant has no storage that anybody would come back to; it is left over where a worker was killed.
        await db.ContentGrants.Where(grant => grant.Kind == ContentGrantKind.SmokeRun && grant.ExpiresAt < utc).ExecuteDeleteAsync(ct);
        await db.Trials.Where(trial => trial.ExpiresAt < utc).ExecuteDeleteAsync(ct);
        var countedBefore = utc - TimeSpan.FromDays(1);
        await db.RateWindows.Where(window => window.StartsAt < countedBefore).ExecuteDeleteAsync(ct);
        var unusedBefore = utc - Session.Lifetime;
        await db.Sessions.Where(session => session.LastUsedAt < unusedBefore).ExecuteDeleteAsync(ct);
        await db.ResetLinks.Where(link => link.ExpiresAt < utc).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        return gone;
    }
}
