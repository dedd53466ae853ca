using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>Writes revisions: blobs, manifest and head in one transaction, so that a save is there whole or not at all.</summary>
public sealed class RevisionWriter(HubDb db, IBlobStore blobs, ProjectLimits limits)
{
    private const int Attempts = 5;

    /// <summary>
    /// Makes <paramref name="manifest"/> the project's next revision if its head still is <paramref name="head"/>, and answers
    /// the new number. <paramref name="files"/> are those whose bytes may not be stored yet. Errors: <see cref="Error.Stale"/>,
    /// <see cref="Error.QuotaExceeded"/>, <see cref="Error.NotFound"/> where other bytes went since the manifest was read.
    /// </summary>
    public Task<Result<int>> AppendAsync(
        Project project, Revision head, Manifest manifest, IReadOnlyCollection<NewFile> files, Guid author, DateTimeOffset now, CancellationToken ct) =>
        InTransactionAsync(() => AppendOnceAsync(project, head.Number, head.Manifest, manifest, files, author, now, ct), ct);

    /// <summary>
    /// Adds a project with its first revision. Errors: <see cref="Error.Conflict"/> where the owner has another of that slug,
    /// <see cref="Error.QuotaExceeded"/>, <see cref="Error.NotFound"/> where what it is made from is gone.
    /// </summary>
    public Task<Result<int>> CreateAsync(
        Project project, Manifest manifest, IReadOnlyCollection<NewFile> files, Guid author, DateTimeOffset now, CancellationToken ct) =>
        InTransactionAsync(
            async () =>
            {
                db.ChangeTracker.Clear();
                db.Add(project);
                try
                {
                    await db.SaveChangesAsync(ct);
                }
                catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
                {
                    return new Error.Conflict("slug_taken", $"You have a project at '{project.Slug}' already. Choose another slug.");
                }
                catch (DbUpdateException e) when (project.RemixOfId is not null && Contention.IsReference(e))
                {
                    return new Error.NotFound("project");
                }
                return await AppendOnceAsync(project, head: 0, Manifest.Empty, manifest, files, author, now, ct);
            }, ct);

    private async Task<Result<int>> InTransactionAsync(Func<Task<Result<int>>> write, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var result = await write();
                if (result.IsOk) await transaction.CommitAsync(ct);
                return result;
            }
            catch (Exception e) when (attempt < Attempts && Contention.IsPassing(e))
            {
                // Two saves that share blobs met each other: nothing was written, the next try sees the new state.
                db.ChangeTracker.Clear();
            }
        }
    }

    private async Task<Result<int>> AppendOnceAsync(
        Project project, int head, Manifest previous, Manifest manifest, IReadOnlyCollection<NewFile> files, Guid author, DateTimeOffset now, CancellationToken ct)
    {
        // The head first: whoever loses the race waits here and writes no blob.
        var number = head + 1;
        var id = project.Id;
        var moved = await db.Projects.Where(p => p.Id == id && p.HeadNumber == head && p.DeletedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.HeadNumber, number).SetProperty(p => p.UpdatedAt, now), ct);
        if (moved == 0)
        {
            var actual = await db.Projects.Where(p => p.Id == id).Select(p => (int?)p.HeadNumber).SingleOrDefaultAsync(ct);
            return actual is { } newer && newer != head ? new Error.Stale(newer.ToString(CultureInfo.InvariantCulture)) : new Error.NotFound("project");
        }
        if (await ChargeAsync(project.OwnerId, previous, manifest, ct) is { } quota) return quota;

        // In the order of their hashes, so that two saves with the same files do not wait for each other in a ring.
        foreach (var file in files.DistinctBy(file => file.Entry.Hash).OrderBy(file => file.Entry.Hash))
        {
            if (!await blobs.TouchAsync(file.Entry.Hash, ct)) await blobs.PutAsync(file.Entry.Hash, await file.Read(ct), ct);
        }
        db.Add(new Revision(id, number, manifest, author, now));
        await db.SaveChangesAsync(ct);
        // Whoever saves in it has made it theirs.
        await db.ProjectMembers.Where(m => m.ProjectId == id && m.UserId == author && (m.AcceptedRole == null || m.AcceptedRole != m.Role))
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.AcceptedRole, m => m.Role), ct);
        // Locked, what is there stays; what is not was held by an old revision alone, which went while it was being restored or remixed.
        var hashes = manifest.Hashes.Select(hash => hash.ToArray()).ToArray();
        var held = await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO revision_blobs (project_id, number, hash)
            SELECT {id.Value}, {number}, hash FROM blobs WHERE hash = ANY ({hashes}) FOR KEY SHARE
            """, ct);
        return held == hashes.Length ? number : new Error.NotFound("revision");
    }

    // The counter runs ahead of the truth (thinned revisions, shared files); only what it would refuse is counted exactly.
    private async Task<Error?> ChargeAsync(Guid owner, Manifest previous, Manifest manifest, CancellationToken ct)
    {
        var distinct = manifest.Files.Values.DistinctBy(entry => entry.Hash).ToList();
        var held = previous.Hashes.ToHashSet();
        var added = distinct.Where(entry => !held.Contains(entry.Hash)).Sum(entry => entry.Length);
        if (added == 0) return null;
        var counted = await AddAsync(owner, added, ct);
        if (counted <= limits.AccountBytes) return null;
        var hashes = distinct.Select(entry => entry.Hash.ToArray()).ToArray();
        var others = (await db.Database.SqlQuery<long>(
            $"""
            SELECT COALESCE(SUM(length), 0)::bigint AS "Value" FROM blobs WHERE NOT hash = ANY ({hashes}) AND hash IN (
                SELECT rb.hash FROM revision_blobs rb JOIN projects p ON p.id = rb.project_id WHERE p.owner_id = {owner})
            """).ToListAsync(ct))[0];
        var exact = others + distinct.Sum(entry => entry.Length);
        if (exact > limits.AccountBytes) return new Error.QuotaExceeded(limits.AccountBytes, exact - added);
        await AddAsync(owner, exact - counted, ct);
        return null;
    }

    private async Task<long> AddAsync(Guid owner, long bytes, CancellationToken ct) => (await db.Database.SqlQuery<long>(
        $"""UPDATE users SET stored_bytes = stored_bytes + {bytes} WHERE id = {owner} RETURNING stored_bytes AS "Value" """).ToListAsync(ct))[0];
}
