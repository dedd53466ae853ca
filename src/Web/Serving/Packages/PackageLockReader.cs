using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>Reads locks by their id; they never change, so that what was read once is kept.</summary>
public sealed class PackageLockReader(HubDb db, PackageLockCache cache)
{
    private const int IdLength = 64;

    /// <summary>The lock, or null.</summary>
    public async Task<LockDocument?> FindAsync(string id, CancellationToken ct)
    {
        if (id.Length != IdLength) return null;
        if (cache.Documents.TryGetValue(id, out LockDocument? known)) return known;
        if (await db.PackageLocks.Where(row => row.Id == id).Select(row => row.Document).SingleOrDefaultAsync(ct) is not { } text) return null;
        return cache.Documents.Set(id, LockDocument.FromJson(text), new MemoryCacheEntryOptions { Size = text.Length });
    }
}

/// <summary>Locks that were read before.</summary>
public sealed class PackageLockCache : IDisposable
{
    internal MemoryCache Documents { get; } = new(new MemoryCacheOptions { SizeLimit = 32 * 1024 * 1024 });

    public void Dispose() => Documents.Dispose();
}
