using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Infrastructure.SmokeRuns;

/// <summary>
/// Takes away runs that nobody will miss: of each page of a revision, in each interpreter and release, the newest stays for as long
/// as the revision does, and the newest that the hub could make, the others for <see cref="KeptFor"/>. Pictures stay with the newest runs of
/// what is published and of the newest revision, and with others for <see cref="PicturesKeptFor"/>.
/// </summary>
public sealed class SmokeHistory(HubDb db)
{
    /// <summary>How long a run is kept after which another was made.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>How long a picture is kept that nobody looks for.</summary>
    public static readonly TimeSpan PicturesKeptFor = TimeSpan.FromDays(7);

    /// <summary>Deletes what is too old at <paramref name="now"/> and answers how many runs went.</summary>
    public async Task<int> RunAsync(DateTimeOffset now, CancellationToken ct)
    {
        var utc = now.ToUniversalTime();
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Database.ExecuteSqlAsync(
                $"""
                WITH gone AS (
                    DELETE FROM smoke_screenshots s USING smoke_runs r JOIN projects p ON p.id = r.project_id LEFT JOIN publications b ON b.id = p.publication_id
                    WHERE r.id = s.run_id AND r.state = 'Done' AND r.finished_at < {utc - PicturesKeptFor} AND (
                        r.revision_number <> p.head_number AND r.revision_number IS DISTINCT FROM b.revision_number
                        OR EXISTS (
                        SELECT FROM smoke_runs later WHERE later.project_id = r.project_id AND later.revision_number = r.revision_number AND later.page = r.page
                            AND later.interpreter = r.interpreter AND later.release = r.release AND later.state = 'Done'
                            AND (later.outcome <> 'Crashed' OR r.outcome = 'Crashed')
                            AND (later.finished_at, later.id) > (r.finished_at, r.id)))
                    RETURNING s.run_id)
                UPDATE smoke_runs SET has_screenshot = false WHERE id IN (SELECT run_id FROM gone)
                """, ct);
            var runs = await db.Database.ExecuteSqlAsync(
                $"""
                DELETE FROM smoke_runs r
                WHERE r.state = 'Done' AND r.finished_at < {utc - KeptFor} AND EXISTS (
                    SELECT FROM smoke_runs later WHERE later.project_id = r.project_id AND later.revision_number = r.revision_number AND later.page = r.page
                        AND later.interpreter = r.interpreter AND later.release = r.release AND later.state = 'Done'
                        AND (later.outcome <> 'Crashed' OR r.outcome = 'Crashed')
                        AND (later.finished_at, later.id) > (r.finished_at, r.id))
                """, ct);
            await transaction.CommitAsync(ct);
            return runs;
        }
        catch (Exception e) when (Contention.IsPassing(e))
        {
            // Another node does the same at this moment.
            return 0;
        }
    }
}
