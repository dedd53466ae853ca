using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A test that is to be made.</summary>
/// <param name="Package">The normal form of the name.</param>
/// <param name="Release">The calendar tag of the runtime release.</param>
public sealed record WantedTest(string Package, Interpreter Interpreter, string Release);

/// <summary>
/// The rows of <see cref="PackageTest"/> as a queue that several workers share. All times are the database's; whoever lost their lease
/// changes nothing any more.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "A queue is what it is, though its rows are a table's.")]
public sealed class PackageTestQueue(HubDb db, EvidenceLog log)
{
    /// <summary>How long a test is its worker's without a word from it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    /// <summary>How often a worker renews.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private const int LongestProblem = 2_000;

    /// <summary>Puts tests into the queue and answers the ids, in the order of <paramref name="wanted"/>. One that waits already is not put there twice.</summary>
    /// <param name="person">Who asks; null for the hub itself.</param>
    public async Task<IReadOnlyList<Guid>> AddAsync(IReadOnlyCollection<WantedTest> wanted, Guid? person, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var ids = new List<Guid>(wanted.Count);
        foreach (var test in wanted)
        {
            // What a person asks for comes before what the hub planned by itself.
            ids.AddRange(await db.Database.SqlQuery<Guid>(
                $"""
                INSERT INTO package_tests (id, package, interpreter, release, state, attempts, requested_by_id, created_at)
                VALUES ({Guid.CreateVersion7()}, {test.Package}, {test.Interpreter.ToString()}, {test.Release}, 'Queued', 0, {person}, clock_timestamp())
                ON CONFLICT (package, interpreter, release) WHERE state <> 'Done' DO UPDATE
                SET requested_by_id = COALESCE(package_tests.requested_by_id, excluded.requested_by_id)
                RETURNING id AS "Value"
                """).ToListAsync(ct));
        }
        return ids;
    }

    /// <summary>
    /// Has each package tested once in each release in which the page of a public project is locked to it, and each uploaded one in each
    /// release that statuses are made for; again where another file of it was added since. Answers how many tests were new.
    /// </summary>
    public async Task<int> PlanAsync(CancellationToken ct)
    {
        var held = await log.HeldAsync(ct);
        return await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO package_tests (id, package, interpreter, release, state, attempts, created_at)
            SELECT gen_random_uuid(), wanted.package, 'Pyodide', wanted.release, 'Queued', 0, clock_timestamp()
            FROM (
                SELECT f.package, l.release FROM projects p
                JOIN publication_locks l ON l.publication_id = p.publication_id
                JOIN package_lock_blobs b ON b.lock_id = l.lock_id
                JOIN package_files f ON f.hash = b.hash
                WHERE p.visibility = 'Public' AND p.deleted_at IS NULL AND p.taken_down_at IS NULL
                UNION
                SELECT f.package, r.release FROM package_files f CROSS JOIN unnest({held}) AS r (release) WHERE f.origin = 'Upload' AND f.yanked IS NULL
            ) AS wanted
            WHERE wanted.release = ANY({held})
                AND NOT EXISTS (SELECT FROM package_tests t WHERE t.package = wanted.package AND t.interpreter = 'Pyodide' AND t.release = wanted.release
                    AND (t.state <> 'Done' OR t.finished_at >= (SELECT max(f.added_at) FROM package_files f WHERE f.package = t.package)))
            ON CONFLICT DO NOTHING
            """, ct);
    }

    /// <summary>
    /// Takes the test that waits the longest, those that people asked for before others, or one whose worker fell silent; null where there is
    /// none. One that was begun <see cref="PackageTest.MaximumAttempts"/> times and lost each time ends here.
    /// </summary>
    /// <param name="label">The host label under which its page is served from now on.</param>
    public async Task<PackageTest?> TakeAsync(Guid lease, string label, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE package_tests SET state = 'Done', finished_at = clock_timestamp(), lease_id = NULL, leased_until = NULL, label = NULL,
                problem = 'The worker that had this test ended before it, each time.'
            WHERE state = 'Running' AND leased_until < clock_timestamp() AND attempts >= {PackageTest.MaximumAttempts}
            """, ct);
        var taken = await db.PackageTests.FromSql(
            $"""
            UPDATE package_tests SET state = 'Running', lease_id = {lease}, leased_until = clock_timestamp() + {Lease}, attempts = attempts + 1, label = {label}
            WHERE id = (
                SELECT id FROM package_tests WHERE state = 'Queued' OR (state = 'Running' AND leased_until < clock_timestamp())
                ORDER BY requested_by_id IS NULL, created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(ct);
        return taken.SingleOrDefault();
    }

    /// <summary>Keeps a test for another <see cref="Lease"/>. False where it is no longer the caller's: stop and write nothing.</summary>
    public async Task<bool> RenewAsync(Guid test, Guid lease, CancellationToken ct) => await db.Database.ExecuteSqlAsync(
        $"UPDATE package_tests SET leased_until = clock_timestamp() + {Lease} WHERE id = {test} AND lease_id = {lease} AND state = 'Running'", ct) == 1;

    /// <summary>Writes the fact that a test came to, once. False where it is no longer the caller's, and nothing was written.</summary>
    public async Task<bool> FinishAsync(PackageTest test, Guid lease, PackageEvidence fact, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(test);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await EndAsync(test.Id, lease, null, ct)) return false;
        await log.AddAsync([new PackageFacts(test.Package, [EvidenceEntry.Of(test.Package, fact, once: test.Id.ToString("N"))])], ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Ends a test that says nothing of the package: it cannot be had here. False where it is no longer the caller's.</summary>
    public Task<bool> RefuseAsync(Guid test, Guid lease, string problem, CancellationToken ct) => EndAsync(test, lease, problem, ct);

    /// <summary>Ends an attempt by a fault of the hub's own: another follows, or it was the last. False where it is no longer the caller's.</summary>
    public async Task<bool> FaultAsync(Guid test, Guid lease, string why, CancellationToken ct) => await db.Database.ExecuteSqlAsync(
        $"""
        UPDATE package_tests SET
            state = CASE WHEN attempts < {PackageTest.MaximumAttempts} THEN 'Queued' ELSE 'Done' END,
            finished_at = CASE WHEN attempts < {PackageTest.MaximumAttempts} THEN NULL ELSE clock_timestamp() END,
            problem = CASE WHEN attempts < {PackageTest.MaximumAttempts} THEN NULL ELSE {Excerpt.Of(why, LongestProblem)} END,
            lease_id = NULL, leased_until = NULL, label = NULL
        WHERE id = {test} AND lease_id = {lease} AND state = 'Running'
        """, ct) == 1;

    /// <summary>Gives a test back because its worker stops; the attempt does not count. False where it is no longer the caller's.</summary>
    public async Task<bool> GiveBackAsync(Guid test, Guid lease, CancellationToken ct) => await db.Database.ExecuteSqlAsync(
        $"""
        UPDATE package_tests SET state = 'Queued', attempts = attempts - 1, lease_id = NULL, leased_until = NULL, label = NULL
        WHERE id = {test} AND lease_id = {lease} AND state = 'Running'
        """, ct) == 1;

    private async Task<bool> EndAsync(Guid test, Guid lease, string? problem, CancellationToken ct) => await db.Database.ExecuteSqlAsync(
        $"""
        UPDATE package_tests SET state = 'Done', finished_at = clock_timestamp(), problem = {Excerpt.Of(problem, LongestProblem)}, lease_id = NULL, leased_until = NULL, label = NULL
        WHERE id = {test} AND lease_id = {lease} AND state = 'Running'
        """, ct) == 1;
}
