using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>Deletes locks of packages that no publication has and that no draft was resolved to for a while.</summary>
public sealed class PackageLockSweep(HubDb db)
{
    /// <summary>How long a draft's lock is kept after it was last made sure of, which is once a day while it is in use.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromDays(7);

    /// <summary>Deletes and answers how many went. What is referred to at this moment stays.</summary>
    public async Task<int> RunAsync(DateTimeOffset now, CancellationToken ct)
    {
        var before = now - Rest;
        try
        {
            await db.DraftLocks.Where(row => row.ResolvedAt < before).ExecuteDeleteAsync(ct);
            return await db.PackageLocks.Where(row => row.UsedAt < before && !db.PublicationLocks.Any(other => other.LockId == row.Id)).ExecuteDeleteAsync(ct);
        }
        catch (Exception e) when (Contention.IsReference(e) || Contention.IsPassing(e))
        {
            return 0;
        }
    }
}
