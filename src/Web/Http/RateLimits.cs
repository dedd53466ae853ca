using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Http;

/// <summary>Counts how often something is done, over all nodes, in fixed windows of time.</summary>
public sealed class RateLimits(HubDb db, TimeProvider time)
{
    /// <summary>Counts one more; answers how long to wait where that is more than <paramref name="limit"/> in the window, else null.</summary>
    public Task<TimeSpan?> TakeAsync(string key, int limit, TimeSpan window, CancellationToken ct) => TakeAsync(key, 1, limit, window, ct);

    /// <summary>Counts <paramref name="amount"/> more; answers as the other.</summary>
    public async Task<TimeSpan?> TakeAsync(string key, int amount, int limit, TimeSpan window, CancellationToken ct)
    {
        var (now, start) = Current(window);
        var count = (await db.Database.SqlQuery<int>(
            $"""
            INSERT INTO rate_windows (key, starts_at, count) VALUES ({key}, {start}, {amount})
            ON CONFLICT (key, starts_at) DO UPDATE SET count = least(rate_windows.count::bigint + {amount}, 2147483647)::integer RETURNING count AS "Value"
            """).ToListAsync(ct))[0];
        return count > limit ? start + window - now : null;
    }

    /// <summary>Answers how long to wait where <paramref name="limit"/> is used up in the window, else null; counts nothing.</summary>
    public async Task<TimeSpan?> LookAsync(string key, int limit, TimeSpan window, CancellationToken ct)
    {
        var (now, start) = Current(window);
        return await db.RateWindows.AnyAsync(row => row.Key == key && row.StartsAt == start && row.Count >= limit, ct) ? start + window - now : null;
    }

    /// <summary>Takes one back that was counted and turned out not to count.</summary>
    public async Task GiveBackAsync(string key, TimeSpan window, CancellationToken ct)
    {
        var start = Current(window).Start;
        await db.Database.ExecuteSqlAsync($"UPDATE rate_windows SET count = count - 1 WHERE key = {key} AND starts_at = {start} AND count > 0", ct);
    }

    private (DateTimeOffset Now, DateTimeOffset Start) Current(TimeSpan window)
    {
        var now = time.GetUtcNow();
        return (now, new DateTimeOffset(now.UtcTicks - (now.UtcTicks % window.Ticks), TimeSpan.Zero));
    }
}
