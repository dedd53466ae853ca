using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>Deletes blobs that nothing refers to and that no save has touched for a while.</summary>
public sealed class BlobSweep(HubDb db)
{
    /// <summary>How long an untouched blob is left alone: longer than any save takes.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    /// <summary>
    /// Deletes left-over blobs that were untouched for <paramref name="rest"/> and answers how many. One statement excludes
    /// everything that refers to blobs, and passes over those that a save holds: it waits for nobody, so it is in no ring of
    /// waiters. What it cannot see yet (a save that commits at this moment) is held by the restricting foreign key, and the
    /// next sweep tries again.
    /// </summary>
    public async Task<int> RunAsync(TimeSpan rest, CancellationToken ct)
    {
        try
        {
            return await db.Database.ExecuteSqlAsync(
                $"""
                DELETE FROM blobs WHERE hash IN (
                    SELECT b.hash FROM blobs b WHERE b.touched_at < now() - {rest}
                      AND NOT EXISTS (SELECT FROM revision_blobs rb WHERE rb.hash = b.hash)
                      AND NOT EXISTS (SELECT FROM trial_blobs tb WHERE tb.hash = b.hash)
                      AND NOT EXISTS (SELECT FROM package_files pf WHERE pf.hash = b.hash)
                      AND NOT EXISTS (SELECT FROM package_files pm WHERE pm.metadata_hash = b.hash)
                      AND NOT EXISTS (SELECT FROM package_lock_blobs lb WHERE lb.hash = b.hash)
                      AND NOT EXISTS (SELECT FROM mip_files mf WHERE mf.hash = b.hash)
                      AND NOT EXISTS (SELECT FROM npm_files nf WHERE nf.hash = b.hash)
                    FOR UPDATE SKIP LOCKED)
                """, ct);
        }
        catch (Exception e) when (Contention.IsReference(e) || Contention.IsPassing(e))
        {
            return 0;
        }
    }
}
