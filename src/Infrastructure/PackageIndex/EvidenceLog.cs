using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>
/// The one place where facts on packages are written, and the statuses that follow from them. Writers take turns, on all nodes, so that a
/// status never misses a fact that another was writing. Joins the transaction of its caller where there is one.
/// </summary>
public sealed class EvidenceLog(HubDb db)
{
    // What one statement takes; the releases and facts of so many packages fit into memory easily.
    private const int Batch = 2_000;

    private const string TurnKey = "package-evidence";
    private const string ReleasesKey = "package_releases";

    // Written when all statuses are made: a hub that was ended meanwhile goes on at its next start.
    private const string StatedKey = "package_releases_stated";
    private static readonly Interpreter[] s_interpreters = Enum.GetValues<Interpreter>();

    /// <summary>Keeps packages, modules and facts, and makes the statuses anew of those that learnt something. Answers how many facts were new.</summary>
    public async Task<int> AddAsync(IReadOnlyCollection<PackageFacts> packages, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(packages);
        if (packages.Count == 0) return 0;
        var merged = packages.GroupBy(package => package.Name, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        await using var transaction = await TakeTurnAsync(ct);
        await AddPackagesAsync(merged, ct);
        var touched = await AddEvidenceAsync([.. packages.SelectMany(package => package.Evidence).DistinctBy(entry => entry.Fingerprint, StringComparer.Ordinal)], ct);
        await RestateInTurnAsync(touched.Distinct(StringComparer.Ordinal), ct);
        if (transaction is not null) await transaction.CommitAsync(ct);
        return touched.Count;
    }

    /// <summary>An administrator's word on a report, and the statuses that follow. False where there is no such report that waits.</summary>
    public async Task<bool> JudgeAsync(Guid report, bool isTaken, CancellationToken ct)
    {
        await using var transaction = await TakeTurnAsync(ct);
        var entry = await db.PackageEvidence.SingleOrDefaultAsync(row => row.Id == report && row.Review == EvidenceReview.Pending, ct);
        if (entry is null) return false;
        entry.Judge(isTaken);
        await db.SaveChangesAsync(ct);
        if (isTaken) await RestateInTurnAsync([entry.Package], ct);
        if (transaction is not null) await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Sets the releases that statuses are made for. Where they are others than before, all statuses are made anew.</summary>
    public async Task HoldAsync(IReadOnlyCollection<string> releases, CancellationToken ct)
    {
        var held = string.Join(' ', releases.Order(StringComparer.Ordinal));
        if (await ReadAsync(ReleasesKey, ct) == held && await ReadAsync(StatedKey, ct) == held) return;
        await WriteAsync(ReleasesKey, held, ct);
        // In turns of their own: an index of half a million packages must not keep others from writing for minutes.
        var after = "";
        while (await NextAsync(after, ct) is { Length: > 0 } names)
        {
            await using var turn = await TakeTurnAsync(ct);
            await RestateInTurnAsync(names, ct);
            if (turn is not null) await turn.CommitAsync(ct);
            after = names[^1];
        }
        await WriteAsync(StatedKey, held, ct);
    }

    /// <summary>The releases that statuses are made for.</summary>
    public async Task<string[]> HeldAsync(CancellationToken ct) => (await ReadAsync(ReleasesKey, ct))?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private Task<string[]> NextAsync(string after, CancellationToken ct) => db.Database.SqlQuery<string>(
        $"""SELECT name COLLATE "C" AS "Value" FROM packages WHERE name COLLATE "C" > {after} AND EXISTS (SELECT FROM package_evidence e WHERE e.package = name) ORDER BY 1 LIMIT {Batch}""").ToArrayAsync(ct);

    private async Task<IDbContextTransaction?> TakeTurnAsync(CancellationToken ct)
    {
        var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({TurnKey}, 0))", ct);
        return transaction;
    }

    private async Task<string?> ReadAsync(string key, CancellationToken ct) =>
        await db.Settings.Where(setting => setting.Key == key).Select(setting => setting.Value).SingleOrDefaultAsync(ct);

    private Task WriteAsync(string key, string value, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"INSERT INTO settings (key, value) VALUES ({key}, {value}) ON CONFLICT (key) DO UPDATE SET value = excluded.value", ct);

    private async Task AddPackagesAsync(List<IGrouping<string, PackageFacts>> packages, CancellationToken ct)
    {
        foreach (var batch in packages.Chunk(Batch))
        {
            string[] names = [.. batch.Select(package => package.Key)];
            string[] displays = [.. batch.Select(package => Excerpt.Of(package.First().DisplayName, PackageName.MaximumLength))];
            string?[] summaries = [.. batch.Select(package => package.Select(facts => facts.Summary).FirstOrDefault(summary => summary is not null) is { } said ? Excerpt.Of(said, Package.SummaryLength) : null)];
            // A spelling of its own tells more than the normal form.
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO packages (name, display_name, summary, weight, updated_at)
                SELECT name, display, summary, 0, clock_timestamp() FROM unnest({names}, {displays}, {summaries}) AS given (name, display, summary)
                ON CONFLICT (name) DO UPDATE SET
                    display_name = CASE WHEN packages.display_name = packages.name THEN excluded.display_name ELSE packages.display_name END,
                    summary = COALESCE(excluded.summary, packages.summary)
                """, ct);
        }
        var modules = packages.SelectMany(package => package.SelectMany(facts => facts.Modules).Where(module => module.Length is > 0 and <= PackageModule.NameLength)
            .Distinct(StringComparer.Ordinal), (package, module) => (Package: package.Key, Module: module));
        foreach (var batch in modules.Chunk(Batch))
        {
            string[] names = [.. batch.Select(row => row.Package)], imported = [.. batch.Select(row => row.Module)];
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO package_modules (package, module) SELECT * FROM unnest({names}, {imported}) ON CONFLICT DO NOTHING", ct);
        }
    }

    // Answers the package of each fact that was new.
    private async Task<List<string>> AddEvidenceAsync(IReadOnlyList<EvidenceEntry> entries, CancellationToken ct)
    {
        var added = new List<string>();
        foreach (var batch in entries.Chunk(Batch))
        {
            Guid[] ids = Column(entry => entry.Id);
            string[] packages = Column(entry => entry.Package), kinds = Column(entry => entry.Kind.ToString()), sources = Column(entry => entry.Source);
            string[] interpreters = Column(entry => entry.Interpreter.ToString()), outcomes = Column(entry => entry.Outcome.ToString());
            string[] fingerprints = Column(entry => entry.Fingerprint), reviews = Column(entry => entry.Review.ToString());
            string?[] releases = Column(entry => entry.Release), versions = Column(entry => entry.Version), details = Column(entry => entry.Detail), payloads = Column(entry => entry.Payload);
            DateTimeOffset[] dates = Column(entry => entry.At.ToUniversalTime());
            Guid?[] people = Column(entry => entry.PersonId);
            added.AddRange(await db.Database.SqlQuery<string>(
                $"""
                INSERT INTO package_evidence (id, package, kind, source, interpreter, release, version, outcome, at, detail, fingerprint, payload, person_id, review)
                SELECT id, package, kind, source, interpreter, release, version, outcome, at, detail, fingerprint, payload::jsonb, person, review
                FROM unnest({ids}, {packages}, {kinds}, {sources}, {interpreters}, {releases}, {versions}, {outcomes}, {dates}, {details}, {fingerprints}, {payloads}, {people}, {reviews})
                    AS given (id, package, kind, source, interpreter, release, version, outcome, at, detail, fingerprint, payload, person, review)
                ON CONFLICT (fingerprint) DO NOTHING RETURNING package AS "Value"
                """).ToListAsync(ct));

            T[] Column<T>(Func<EvidenceEntry, T> value) => Array.ConvertAll(batch, entry => value(entry));
        }
        return added;
    }

    private async Task RestateInTurnAsync(IEnumerable<string> packages, CancellationToken ct)
    {
        var held = await HeldAsync(ct);
        foreach (var names in packages.Chunk(Batch))
        {
            var facts = (await db.PackageEvidence.AsNoTracking().Where(entry => names.Contains(entry.Package) && entry.Review == EvidenceReview.Accepted)
                .Select(entry => new { entry.Package, entry.Kind, entry.Source, entry.Interpreter, entry.Release, entry.Version, entry.Outcome, entry.At }).ToListAsync(ct))
                .ToLookup(row => row.Package, row => new PackageEvidence(row.Kind, row.Source, row.Interpreter, row.Release, row.Version, row.Outcome, row.At, null), StringComparer.Ordinal);
            var rows = new List<(string Package, Interpreter Interpreter, string Release, PackageStatus Status)>();
            foreach (var name in names)
            {
                foreach (var interpreter in s_interpreters)
                {
                    foreach (var release in held)
                    {
                        if (PackageStanding.Of(facts[name], interpreter, release).Status is not PackageStatus.Unknown and var status) rows.Add((name, interpreter, release, status));
                    }
                }
            }
            await db.Database.ExecuteSqlAsync($"DELETE FROM package_statuses WHERE package = ANY({names})", ct);
            string[] owners = [.. rows.Select(row => row.Package)], interpreters = [.. rows.Select(row => row.Interpreter.ToString())];
            string[] releases = [.. rows.Select(row => row.Release)], statuses = [.. rows.Select(row => row.Status.ToString())];
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO package_statuses (package, interpreter, release, status) SELECT * FROM unnest({owners}, {interpreters}, {releases}, {statuses})", ct);
            await db.Database.ExecuteSqlAsync(
                $"""
                UPDATE packages SET updated_at = clock_timestamp(), weight = (
                    SELECT count(*) FROM package_evidence e WHERE e.package = name AND e.review = 'Accepted' AND e.kind IN ('Bundled', 'Tested', 'Seen', 'Lock'))
                WHERE name = ANY({names})
                """, ct);
        }
    }
}
