using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>Writes trials: blobs, change and what holds them in one transaction.</summary>
public sealed class TrialWriter(HubDb db, IBlobStore blobs, ProjectLimits limits)
{
    private const int Attempts = 5;

    /// <summary>
    /// Stores a trial that was made or replaced. <paramref name="files"/> are those whose bytes may not be stored yet. Error:
    /// <see cref="Error.NotFound"/> where the trial, its project or what it was made from went meanwhile.
    /// </summary>
    public async Task<Result<Done>> WriteAsync(Trial trial, IReadOnlyCollection<NewFile> files, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                if (!await WriteOnceAsync(trial, files, ct)) return new Error.NotFound("trial");
                await transaction.CommitAsync(ct);
                return default(Done);
            }
            catch (Exception e) when (attempt < Attempts && Contention.IsPassing(e))
            {
                // Two that share blobs met each other: nothing was written.
            }
            catch (Exception e) when (Contention.IsReference(e))
            {
                return new Error.NotFound("project");
            }
        }
    }

    private async Task<bool> WriteOnceAsync(Trial trial, IReadOnlyCollection<NewFile> files, CancellationToken ct)
    {
        if (trial.Number == 1)
        {
            db.Add(trial);
            await db.SaveChangesAsync(ct);
            await MakeRoomAsync(trial, ct);
        }
        else
        {
            // The row first: of two replacements at once the later one stands, whole.
            var (id, revision, change, viewer, expires) = (trial.Id, trial.RevisionNumber, trial.Change, trial.ViewerId, trial.ExpiresAt);
            var replaced = await db.Trials.Where(t => t.Id == id).ExecuteUpdateAsync(
                set => set.SetProperty(t => t.RevisionNumber, revision).SetProperty(t => t.Change, change).SetProperty(t => t.ViewerId, viewer).SetProperty(t => t.ExpiresAt, expires)
                    .SetProperty(t => t.Number, t => t.Number + 1), ct);
            if (replaced == 0) return false;
            await db.TrialBlobs.Where(row => row.TrialId == id).ExecuteDeleteAsync(ct);
        }

        // In the order of their hashes, as saves do it.
        foreach (var file in files.DistinctBy(file => file.Entry.Hash).OrderBy(file => file.Entry.Hash))
        {
            if (!await blobs.TouchAsync(file.Entry.Hash, ct)) await blobs.PutAsync(file.Entry.Hash, await file.Read(ct), ct);
        }
        var hashes = trial.Change.Written.Hashes.Select(hash => hash.ToArray()).ToArray();
        var held = await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO trial_blobs (trial_id, hash)
            SELECT {trial.Id}, hash FROM blobs WHERE hash = ANY ({hashes}) FOR KEY SHARE
            """, ct);
        return held == hashes.Length;
    }

    // Those that were used least recently go: first of the network that the new one comes from, so that a flood drowns itself.
    private async Task MakeRoomAsync(Trial trial, CancellationToken ct)
    {
        var (network, others) = (trial.Network, limits.TrialsAtOncePerAddress - 1);
        await db.Database.ExecuteSqlAsync(
            $"""
            DELETE FROM trials WHERE id IN (SELECT id FROM trials WHERE id IN (
                SELECT id FROM trials WHERE network = {network} AND id <> {trial.Id} ORDER BY expires_at DESC, id OFFSET {others}) FOR UPDATE SKIP LOCKED)
            """, ct);
        others = limits.TrialsAtOnce - 1;
        await db.Database.ExecuteSqlAsync(
            $"""
            DELETE FROM trials WHERE id IN (SELECT id FROM trials WHERE id IN (
                SELECT id FROM trials WHERE id <> {trial.Id} ORDER BY expires_at DESC, id OFFSET {others}) FOR UPDATE SKIP LOCKED)
            """, ct);
    }
}
