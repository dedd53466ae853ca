using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>What was resolved for a page.</summary>
/// <param name="LockId">Null where nothing of it can be locked.</param>
public sealed record ResolvedLock(string? LockId, ImmutableArray<LockProblem> Problems)
{
    public static ResolvedLock Nothing { get; } = new(null, []);
}

/// <summary>
/// Which lock a page has. That of a publication is written down with it and stays; that of a draft is resolved for what its configs say at
/// the moment, and kept by a hash of all that went into it.
/// </summary>
public sealed class PageLocks(HubDb db, PageConfigReader configs, PackageLockReader locks, LockMaking making, PageLockCache cache, TimeProvider time)
{
    // What lacked something is looked for again after so long, since somebody may have added it upstream.
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan s_renew = TimeSpan.FromDays(1);

    /// <summary>The lock that a page is served with; null where it lists no packages.</summary>
    /// <param name="interpreter">What <c>?interpreter=</c> asks for.</param>
    public async Task<PageLock?> FindAsync(ContentSite site, Manifest manifest, string page, Interpreter? interpreter, RuntimeRelease release, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(site);
        var wanted = await configs.ReadAsync(manifest, page, interpreter, ct);
        if (wanted.Entries.Count == 0) return null;
        // What a switched interpreter reads is not what the page says; it is resolved like a draft.
        var isPinned = site.Publication is not null && site.Project.OwnerId != Guid.Empty && interpreter is null;
        var resolved = isPinned
            ? await PinnedAsync(site.Publication!.Id, page, release, manifest, wanted, ct)
            : await DraftAsync(manifest, release, wanted, ct);
        return resolved?.LockId is { } id && await locks.FindAsync(id, ct) is { } document ? new PageLock(id, document) : null;
    }

    /// <summary>What a page as it would be served in a draft now is locked to; null where it lists no packages.</summary>
    public async Task<ResolvedLock?> DraftAsync(Manifest manifest, string page, RuntimeRelease release, CancellationToken ct) =>
        await configs.ReadAsync(manifest, page, null, ct) is { Entries.Count: > 0 } wanted ? await DraftAsync(manifest, release, wanted, ct) : null;

    /// <summary>The config files that are led to a lock when they are asked for: path → the page whose lock it is.</summary>
    public async Task<IReadOnlyDictionary<string, string>> LedFilesAsync(ContentSite site, Manifest manifest, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(site);
        if (cache.Files.TryGetValue(site.FilesTag, out IReadOnlyDictionary<string, string>? known)) return known!;
        var led = new Dictionary<string, string>(StringComparer.Ordinal);
        var start = site.Publication?.StartPage ?? manifest.StartPage;
        var pages = manifest.Files.Select(file => file.Key.Value).Where(Manifest.IsHtml).OrderBy(path => path != start).ThenBy(path => path, StringComparer.Ordinal);
        foreach (var page in pages)
        {
            foreach (var file in (await configs.ReadAsync(manifest, page, null, ct)).Files) led.TryAdd(file, page);
        }
        return cache.Files.Set<IReadOnlyDictionary<string, string>>(site.FilesTag, led, new MemoryCacheEntryOptions { Size = led.Count + 1 });
    }

    /// <summary>
    /// Resolves what the pages of a manifest list, for a publication that is about to be made; nothing is written down yet but the locks
    /// themselves.
    /// </summary>
    /// <param name="releasesOf">The releases that a page may run on.</param>
    public async Task<IReadOnlyList<PublicationLock>> ResolveAsync(
        Guid publication, Manifest manifest, Func<string, IEnumerable<RuntimeRelease>> releasesOf, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(releasesOf);
        var rows = new List<PublicationLock>();
        foreach (var page in manifest.Pages)
        {
            if (await configs.ReadAsync(manifest, page, null, ct) is not { Entries.Count: > 0 } wanted) continue;
            foreach (var release in releasesOf(page).DistinctBy(release => release.Name, StringComparer.Ordinal))
            {
                var made = await making.MakeAsync(manifest, release, wanted.Entries, ct);
                rows.Add(new PublicationLock(publication, page, release.Name, made.LockId, JsonSerializer.Serialize(made.Problems)));
            }
        }
        return rows;
    }

    private async Task<ResolvedLock> PinnedAsync(Guid publication, string page, RuntimeRelease release, Manifest manifest, PageRequirements wanted, CancellationToken ct)
    {
        var key = (publication, page, release.Name);
        if (cache.Pinned.TryGetValue(key, out ResolvedLock? known)) return known!;
        if (await ReadAsync(publication, page, release, ct) is not { } pinned)
        {
            var made = await making.MakeAsync(manifest, release, wanted.Entries, ct);
            var problems = JsonSerializer.Serialize(made.Problems);
            // Two who ask at the same moment get the same: what came first stays.
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO publication_locks (publication_id, page, release, lock_id, problems)
                VALUES ({publication}, {page}, {release.Name}, {made.LockId}, {problems}::jsonb) ON CONFLICT DO NOTHING
                """, ct);
            pinned = await ReadAsync(publication, page, release, ct) ?? made;
        }
        return cache.Pinned.Set(key, pinned, new MemoryCacheEntryOptions { Size = 1 });
    }

    private async Task<ResolvedLock?> ReadAsync(Guid publication, string page, RuntimeRelease release, CancellationToken ct) =>
        await db.PublicationLocks.AsNoTracking().SingleOrDefaultAsync(row => row.PublicationId == publication && row.Page == page && row.Release == release.Name, ct) is { } row
            ? new ResolvedLock(row.LockId, JsonSerializer.Deserialize<ImmutableArray<LockProblem>>(row.Problems))
            : null;

    // Null where the database is away, and what it would say is not at hand.
    private async Task<ResolvedLock?> DraftAsync(Manifest manifest, RuntimeRelease release, PageRequirements wanted, CancellationToken ct)
    {
        try
        {
            var key = KeyOf(manifest, release, wanted, await making.StampAsync(ct));
            return cache.Drafts.TryGetValue(key, out ResolvedLock? known) ? known : await ReadOrMakeDraftAsync(key, manifest, release, wanted, ct);
        }
        catch (Exception e) when (Problems.IsDatabaseAway(e))
        {
            return null;
        }
    }

    private async Task<ResolvedLock> ReadOrMakeDraftAsync(string key, Manifest manifest, RuntimeRelease release, PageRequirements wanted, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var row = await db.DraftLocks.AsNoTracking().SingleOrDefaultAsync(row => row.Key == key, ct);
        var resolved = row is null ? null : new ResolvedLock(row.LockId, JsonSerializer.Deserialize<ImmutableArray<LockProblem>>(row.Problems));
        // A lock that nothing asks for is swept one day: what is in use is made sure of in time.
        if (resolved is null || row!.ResolvedAt < now - (resolved.Problems.Length > 0 ? s_again : s_renew))
        {
            resolved = await making.MakeAsync(manifest, release, wanted.Entries, ct);
            var problems = JsonSerializer.Serialize(resolved.Problems);
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO draft_locks (key, lock_id, problems, resolved_at) VALUES ({key}, {resolved.LockId}, {problems}::jsonb, {now})
                ON CONFLICT (key) DO UPDATE SET lock_id = excluded.lock_id, problems = excluded.problems, resolved_at = excluded.resolved_at
                """, ct);
        }
        var kept = resolved.Problems.Length > 0 ? s_again : TimeSpan.FromHours(1);
        return cache.Drafts.Set(key, resolved, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = kept });
    }

    private static string KeyOf(Manifest manifest, RuntimeRelease release, PageRequirements wanted, string stamp)
    {
        var wheels = manifest.Files.Where(file => file.Key.Value.EndsWith(".whl", StringComparison.OrdinalIgnoreCase)).Select(file => $"{file.Key.Value} {file.Value.Hash}");
        var words = string.Join('\n', [release.Name, release.Pyodide, stamp, .. wanted.Entries.Select(entry => $"{entry.Base} {entry.Text}"), "", .. wheels]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(words)));
    }
}

/// <summary>What was resolved before: a publication's does not change, a draft's is for its key.</summary>
public sealed class PageLockCache : IDisposable
{
    internal MemoryCache Pinned { get; } = new(new MemoryCacheOptions { SizeLimit = 20_000 });

    internal MemoryCache Drafts { get; } = new(new MemoryCacheOptions { SizeLimit = 20_000 });

    internal MemoryCache Files { get; } = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    public void Dispose()
    {
        Pinned.Dispose();
        Drafts.Dispose();
        Files.Dispose();
    }
}
