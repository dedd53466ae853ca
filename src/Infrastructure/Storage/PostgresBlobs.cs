using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>Blobs as <c>bytea</c> rows: one thing to back up, and one transaction with what refers to them.</summary>
public sealed class PostgresBlobs(HubDb db) : IBlobStore
{
    public async Task<bool> TouchAsync(BlobHash hash, CancellationToken ct) =>
        await db.Database.ExecuteSqlAsync($"UPDATE blobs SET touched_at = now() WHERE hash = {hash.ToArray()}", ct) > 0;

    public Task PutAsync(BlobHash hash, byte[] content, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO blobs (hash, length, touched_at, content) VALUES ({hash.ToArray()}, {content.LongLength}, now(), {content})
        ON CONFLICT (hash) DO UPDATE SET touched_at = now()
        """, ct);

    public Task<byte[]?> FindAsync(BlobHash hash, CancellationToken ct) =>
        db.Blobs.AsNoTracking().Where(blob => blob.Hash == hash).Select(blob => blob.Content).SingleOrDefaultAsync(ct);
}
