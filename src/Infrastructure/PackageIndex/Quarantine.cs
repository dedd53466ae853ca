using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>Notes that a file came with another hash than the one that is kept: administrators see it.</summary>
static class Quarantine
{
    // The same again is no news.
    public static Task AddAsync(HubDb db, string fileName, BlobHash hash, BlobHash keptHash, string source, DateTimeOffset now, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO quarantined_files (id, file_name, hash, kept_hash, source, at)
        VALUES ({Guid.CreateVersion7(now)}, {fileName}, {hash.ToArray()}, {keptHash.ToArray()}, {Excerpt.Of(source, 2_000)}, {now})
        ON CONFLICT (file_name, hash) DO NOTHING
        """, ct);
}
