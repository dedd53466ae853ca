using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>
/// Takes away revisions that nobody will miss: named, published, remixed and newest ones stay for good, those that are tried as long as that; of the rest the last
/// of each 10 minutes for a day, then the last of each day.
/// </summary>
public sealed class RevisionThinning(HubDb db)
{
    /// <summary>
    /// Deletes what is too many at <paramref name="now"/> and answers how many revisions went: none where one of them is being
    /// published or restored at this moment, which the next time will see.
    /// </summary>
    public async Task<int> RunAsync(DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            return await DeleteAsync(now.ToUniversalTime(), ct);
        }
        catch (Exception e) when (Contention.IsReference(e) || Contention.IsPassing(e))
        {
            return 0;
        }
    }

    private Task<int> DeleteAsync(DateTimeOffset utc, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync(
            $"""
            DELETE FROM revisions r USING (
                SELECT project_id, number, row_number() OVER (
                    PARTITION BY project_id,
                        CASE WHEN created_at >= {utc} - interval '1 day' THEN 'minutes' ELSE 'days' END,
                        CASE WHEN created_at >= {utc} - interval '1 day' THEN date_bin('10 minutes', created_at, 'epoch')
                             ELSE date_bin('1 day', created_at, 'epoch') END
                    ORDER BY number DESC) AS place
                FROM revisions) ranked, projects p
            WHERE r.project_id = ranked.project_id AND r.number = ranked.number AND ranked.place > 1
              AND p.id = r.project_id AND r.number < p.head_number AND r.name IS NULL
              AND NOT EXISTS (SELECT FROM publications pub WHERE pub.project_id = r.project_id AND pub.revision_number = r.number)
              AND NOT EXISTS (SELECT FROM projects x WHERE x.remix_of_id = r.project_id AND x.remix_of_revision = r.number)
              AND NOT EXISTS (SELECT FROM trials t WHERE t.project_id = r.project_id AND t.revision_number = r.number)
              AND NOT EXISTS (SELECT FROM content_grants g WHERE g.project_id = r.project_id AND g.revision_number = r.number)
            """, ct);
}
