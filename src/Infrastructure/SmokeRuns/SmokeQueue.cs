using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.SmokeRuns;

/// <summary>A run that is to be made.</summary>
/// <param name="Page">The page's path within the project.</param>
public sealed record WantedRun(string Page, Interpreter Interpreter, string Release);

/// <summary>
/// The rows of <see cref="SmokeRun"/> as a queue that several workers on several machines share. All times are the database's, so
/// that clocks of machines do not matter; whoever lost their lease changes nothing any more.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "A queue is what it is, though its rows are a table's.")]
public sealed class SmokeQueue(HubDb db)
{
    /// <summary>How long a run is its worker's without a word from it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    /// <summary>How often a worker renews.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    // The console's 256 KB, each byte of which may be written as six, and the lists.
    private const int MostEvidence = 3_000_000;

    // So that a run that is given back each time keeps no worker to itself.
    private static readonly TimeSpan s_afterGiveBack = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions s_storable = new() { Converters = { new StorableText() } };
    private static readonly string s_noEvidence = JsonOf(SmokeEvidence.None)!;

    /// <summary>
    /// Puts runs into the queue and answers the ids, in the order of <paramref name="wanted"/>. One that waits already is not put
    /// there twice; it comes sooner where the new wish is more urgent. Within the caller's transaction where there is one.
    /// </summary>
    /// <param name="after">How long it is not taken yet.</param>
    public async Task<IReadOnlyList<Guid>> AddAsync(
        ProjectId project, int revision, IReadOnlyCollection<WantedRun> wanted, SmokePriority priority, CancellationToken ct, TimeSpan after = default)
    {
        var ids = new List<Guid>(wanted.Count);
        foreach (var run in wanted)
        {
            // NULLs and defaults are written out: the row is the entity's, only that two callers at once must get one row.
            ids.AddRange(await db.Database.SqlQuery<Guid>(
                $"""
                INSERT INTO smoke_runs (id, project_id, revision_number, page, interpreter, release, priority, state, attempts, created_at, due_at, still_running, evidence, has_screenshot)
                VALUES ({Guid.CreateVersion7()}, {project.Value}, {revision}, {run.Page}, {run.Interpreter.ToString()}, {run.Release}, {(int)priority}, 'Queued', 0,
                    clock_timestamp(), clock_timestamp() + {after}, false, {s_noEvidence}::jsonb, false)
                ON CONFLICT (project_id, revision_number, page, interpreter, release) WHERE state <> 'Done' DO UPDATE
                SET priority = LEAST(smoke_runs.priority, excluded.priority), due_at = LEAST(smoke_runs.due_at, excluded.due_at)
                RETURNING id AS "Value"
                """).ToListAsync(ct));
        }
        return ids;
    }

    /// <summary>Takes back what waits for a publication that another followed.</summary>
    public Task<int> RemoveSupersededAsync(ProjectId project, int published, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        DELETE FROM smoke_runs WHERE id IN (
            SELECT id FROM smoke_runs
            WHERE project_id = {project.Value} AND revision_number <> {published} AND state = 'Queued' AND priority = {(int)SmokePriority.Published} FOR UPDATE SKIP LOCKED)
        """, ct);

    /// <summary>
    /// Takes the most urgent run that is due, or one whose worker fell silent; null where there is none. Of what people wait for, those
    /// come first of whose projects the fewest run: nobody's many runs keep the others' one waiting. A run that was begun
    /// <see cref="SmokeRun.MaximumAttempts"/> times and lost each time ends as crashed here. Runs of projects that were deleted or
    /// taken down wait: nothing of theirs can be opened.
    /// </summary>
    public async Task<SmokeRun?> TakeAsync(Guid lease, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE smoke_runs SET state = 'Done', outcome = 'Crashed', finished_at = clock_timestamp(), lease_id = NULL, leased_until = NULL,
                error = {JsonOf(new SmokeError("WorkerLost", "The worker that had this run ended before it, each time.", null, null, null))}::jsonb
            WHERE state = 'Running' AND leased_until < clock_timestamp() AND attempts >= {SmokeRun.MaximumAttempts}
            """, ct);
        var taken = await db.SmokeRuns.FromSql(
            $"""
            UPDATE smoke_runs SET state = 'Running', lease_id = {lease}, leased_until = clock_timestamp() + {Lease}, attempts = attempts + 1,
                started_at = clock_timestamp()
            WHERE id = (
                SELECT r.id FROM smoke_runs r JOIN projects p ON p.id = r.project_id
                WHERE ((r.state = 'Queued' AND r.due_at <= clock_timestamp()) OR (r.state = 'Running' AND r.leased_until < clock_timestamp()))
                    AND p.deleted_at IS NULL AND p.taken_down_at IS NULL
                ORDER BY r.priority > {(int)SmokePriority.Published},
                    (SELECT count(*) FROM smoke_runs o JOIN projects q ON q.id = o.project_id WHERE o.state = 'Running' AND q.owner_id = p.owner_id),
                    r.priority, r.created_at, r.id
                LIMIT 1 FOR UPDATE OF r SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(ct);
        return taken.SingleOrDefault();
    }

    /// <summary>Keeps a run for another <see cref="Lease"/>. False where it is no longer the caller's: stop and write nothing.</summary>
    public async Task<bool> RenewAsync(Guid run, Guid lease, CancellationToken ct) => await db.Database.ExecuteSqlAsync(
        $"UPDATE smoke_runs SET leased_until = clock_timestamp() + {Lease} WHERE id = {run} AND lease_id = {lease} AND state = 'Running'", ct) == 1;

    /// <summary>
    /// Writes what a run came to, once. False where nothing was written: it is no longer the caller's, or it says nothing of the
    /// page, because the project was deleted or taken down meanwhile, or because it did not pass and the database server was started
    /// anew meanwhile: the hub then answered 503 to the page for a while. It may be given back.
    /// </summary>
    public async Task<bool> FinishAsync(Guid run, Guid lease, SmokeResult result, byte[]? screenshot, CancellationToken ct)
    {
        result = Bounded(result);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var written = await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE smoke_runs SET state = 'Done', outcome = {result.Outcome.ToString()}, still_running = {result.StillRunning}, awaited = {Storable(result.Awaited)},
                ready_ms = {result.ReadyMs}, done_ms = {result.DoneMs}, peak_memory = {result.PeakMemory}, error = {JsonOf(result.Error)}::jsonb,
                evidence = {JsonOf(result.Evidence)}::jsonb, has_screenshot = {screenshot is not null},
                finished_at = clock_timestamp(), lease_id = NULL, leased_until = NULL
            WHERE id = {run} AND lease_id = {lease} AND state = 'Running'
                AND EXISTS (SELECT FROM projects p WHERE p.id = project_id AND p.deleted_at IS NULL AND p.taken_down_at IS NULL)
                AND ({result.Outcome == SmokeOutcome.Passed} OR started_at >= pg_postmaster_start_time())
            """, ct);
        if (written != 1) return false;
        if (screenshot is not null)
        {
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO smoke_screenshots (run_id, content) VALUES ({run}, {screenshot})", ct);
        }
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Ends an attempt by a fault of the hub's own: another follows after a pause, or it was the last. False where the run is no longer the caller's.</summary>
    public async Task<bool> FaultAsync(Guid run, Guid lease, string why, CancellationToken ct) =>
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE smoke_runs SET
                state = CASE WHEN attempts < {SmokeRun.MaximumAttempts} THEN 'Queued' ELSE 'Done' END,
                outcome = CASE WHEN attempts < {SmokeRun.MaximumAttempts} THEN NULL ELSE 'Crashed' END,
                finished_at = CASE WHEN attempts < {SmokeRun.MaximumAttempts} THEN NULL ELSE clock_timestamp() END,
                error = CASE WHEN attempts < {SmokeRun.MaximumAttempts} THEN NULL ELSE {JsonOf(new SmokeError("HubFault", why, null, null, null))}::jsonb END,
                due_at = clock_timestamp() + attempts * interval '1 second', lease_id = NULL, leased_until = NULL
            WHERE id = {run} AND lease_id = {lease} AND state = 'Running'
            """, ct) == 1;

    /// <summary>Gives a run back that was begun and not ended because its worker stops; the attempt does not count, and others come before the next. False where it is no longer the caller's.</summary>
    public async Task<bool> GiveBackAsync(Guid run, Guid lease, CancellationToken ct) => await db.Database.ExecuteSqlAsync(
        $"""
        UPDATE smoke_runs SET state = 'Queued', attempts = attempts - 1, lease_id = NULL, leased_until = NULL, due_at = clock_timestamp() + {s_afterGiveBack}
        WHERE id = {run} AND lease_id = {lease} AND state = 'Running'
        """, ct) == 1;

    // Whatever made it, a row is no larger than what is promised of it; without its lists it says what the run came to.
    private static SmokeResult Bounded(SmokeResult result)
    {
        var error = result.Error is { } e ? new SmokeError(Cut(e.Type, 200)!, Cut(e.Message, 4_000)!, Cut(e.Traceback, 40_000), Cut(e.File, 1_000), e.Line) : null;
        var evidence = result.Evidence;
        if (IsTooLarge(evidence))
        {
            evidence = evidence with { Requests = [], Modules = [], Packages = [] };
            if (IsTooLarge(evidence)) evidence = SmokeEvidence.None;
        }
        return result with { Awaited = Cut(result.Awaited, 1_000), Error = error, Evidence = evidence };

        static bool IsTooLarge(SmokeEvidence evidence) => Encoding.UTF8.GetByteCount(JsonOf(evidence)!) > MostEvidence;

        static string? Cut(string? text, int most) => text is null || text.Length <= most ? text : text[..most] + "…";
    }

    private static string? JsonOf<T>(T? value) => value is null ? null : JsonSerializer.Serialize(value, s_storable);

    // PostgreSQL keeps every character but NUL, and a page can print halves of characters, which no UTF-8 has.
    private static string? Storable(string? text)
    {
        if (text is null) return null;
        var isWhole = !text.Contains('\0', StringComparison.Ordinal);
        for (var i = 0; isWhole && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            isWhole = char.IsSurrogatePair(text, i);
            i++;
        }
        return isWhole ? text : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? Rune.ReplacementChar : rune));
    }

    private sealed class StorableText : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(Storable(value));
    }
}
