using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A turn that one process of all has at a time, held on a connection of the database: it ends with that connection at the latest.</summary>
sealed class AdvisoryLock : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly HubDb _db;
    private readonly string _key;

    private AdvisoryLock(HubDb db, string key) => (_db, _key) = (db, key);

    /// <summary>Waits for the turn.</summary>
    public static async Task<AdvisoryLock> TakeAsync(HubDb db, string key, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        var timeout = db.Database.GetCommandTimeout();
        try
        {
            // Whoever has it may be fetching something large.
            db.Database.SetCommandTimeout(s_patience);
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock(hashtextextended({key}, 0))", ct);
            return new AdvisoryLock(db, key);
        }
        catch
        {
            await db.Database.CloseConnectionAsync();
            throw;
        }
        finally
        {
            db.Database.SetCommandTimeout(timeout);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock(hashtextextended({_key}, 0))", CancellationToken.None);
        }
        finally
        {
            await _db.Database.CloseConnectionAsync();
        }
    }
}
