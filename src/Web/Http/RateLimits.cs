using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Http;

/// <summary>Counts how often something is done, over all nodes, in fixed windows of time.</summary>
public sealed class RateLimits(HubDb db, TimeProvider time)
{
    /// <summary>Counts one more; answers how long to wait where that is more than <paramref name="limit"/> in the window, else null.</summary>
    public async Task<TimeSpan?> TakeAsync(string key, int limit, TimeSpan window, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var start = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % window.Ticks), TimeSpan.Zero);
        var count = (await db.Database.SqlQuery<int>(
            $"""
            INSERT INTO rate_windows (key, starts_at, count) VALUES ({key}, {start}, 1)
            ON CONFLICT (key, starts_at) DO UPDATE SET count = rate_windows.count + 1 RETURNING count AS "Value"
            """).ToListAsync(ct))[0];
        return count > limit ? start + window - now : null;
    }
}
