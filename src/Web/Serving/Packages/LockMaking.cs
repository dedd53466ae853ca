using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>
/// Resolves what configs list to exact files for one release and writes the lock down. What cannot be had is said, and the rest is locked
/// all the same: a page that lacks something says what, and asks nobody else for it.
/// </summary>
public sealed class LockMaking(HubDb db, OwnWheels ownWheels, HeldPyodides pyodides, UpstreamCandidates upstreams, TimeProvider time)
{
    /// <summary>Makes the lock for entries of configs.</summary>
    public async Task<ResolvedLock> MakeAsync(Manifest manifest, RuntimeRelease release, IReadOnlyList<ListedPackage> entries, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(entries);
        if (pyodides.Find(release.Pyodide) is not { } pyodide) return ResolvedLock.Nothing;
        var own = await ownWheels.ReadAsync(manifest, ct);
        var candidates = new OwnFirst(own.Wheels, pyodide.Tags, new ReleaseCandidates(db, pyodide, upstreams));
        var listed = entries.Select(entry => new Listed(entry, EntryReading.Read(entry, manifest, own.Refused))).ToList();
        var wanted = listed.FindAll(entry => entry.Requirement.IsOk);
        var resolution = await ResolveAsync(wanted, candidates, pyodide, ct);
        // What was chosen is held from now on: the page starts while the upstream is away.
        var fetched = await upstreams.KeepAsync((resolution?.Packages ?? []).Select(package => package.Candidate.File).OfType<ListedFile>(), ct);
        if (!fetched.IsOk)
        {
            foreach (var entry in wanted) entry.Error ??= fetched.Error;
            resolution = null;
        }

        var packages = (resolution?.Packages ?? []).Select(package => Lock(package, pyodide, fetched.Value!)).ToImmutableArray();
        var missing = listed.Where(entry => entry.Error is not null && entry.Error.Code != "not_lockable")
            .GroupBy(entry => entry.Name, StringComparer.Ordinal).ToImmutableSortedDictionary(of => of.Key, of => of.First().Error!.Message, StringComparer.Ordinal);
        var names = listed.Where(entry => entry.Error?.Code != "not_lockable").ToImmutableSortedDictionary(entry => entry.Entry.Text, entry => entry.Name, StringComparer.Ordinal);
        var problems = listed.Where(entry => entry.Error is not null).Select(entry => new LockProblem(entry.Entry.Text, entry.Error!.Code, entry.Error.Message)).ToImmutableArray();
        if (names.Count == 0) return new ResolvedLock(null, problems);
        var document = new LockDocument(release.Name, release.Pyodide, names, packages, missing);
        return new ResolvedLock(await KeepAsync(document, ct), problems);
    }

    /// <summary>Changes whenever the hub's index does, so that what was resolved before is looked at again.</summary>
    public async Task<string> StampAsync(CancellationToken ct) =>
        await db.PackageFiles.GroupBy(_ => 1).Select(files => new { Count = files.Count(), Newest = files.Max(file => file.AddedAt), Yanked = files.Count(file => file.Yanked != null) }).SingleOrDefaultAsync(ct) is { } files
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{files.Count} {files.Newest.UtcTicks} {files.Yanked}")
            : "";

    // All together; where that does not go, without those that cannot be had by themselves, and where the rest does not go together, none.
    private static async Task<Resolution?> ResolveAsync(List<Listed> wanted, IPackageCandidates candidates, HeldPyodide pyodide, CancellationToken ct)
    {
        var resolver = new Resolver(candidates, pyodide.Environment);
        var all = await resolver.ResolveAsync([.. wanted.Select(entry => entry.Requirement.Value!)], ct);
        if (all.Error is null) return all.Value;
        foreach (var entry in wanted) entry.Error = (await resolver.ResolveAsync([entry.Requirement.Value!], ct)).Error;
        var rest = wanted.FindAll(entry => entry.Error is null);
        if (rest.Count == 0) return null;
        if (rest.Count < wanted.Count) all = await resolver.ResolveAsync([.. rest.Select(entry => entry.Requirement.Value!)], ct);
        if (all.Error is null) return all.Value;
        foreach (var entry in rest) entry.Error = all.Error;
        return null;
    }

    private static LockedPackage Lock(ResolvedPackage package, HeldPyodide pyodide, IReadOnlyDictionary<ListedFile, PackageFile> fetched)
    {
        var candidate = package.Candidate;
        var chosen = candidate.File is ListedFile listed ? new HeldFile(fetched[listed]) : candidate.File;
        var (key, depends) = (candidate.Name.Key, package.DependsOn.Select(name => name.Key).ToImmutableArray());
        return chosen switch
        {
            OwnFirst.OwnFile { Wheel: var own } => new(key, candidate.VersionText, own.FileName, own.Wheel.Sha256, LockedFrom.Project, depends, [.. own.Wheel.Imports]) { Length = own.Wheel.Length },
            HeldFile { File: var file } => new(
                key, candidate.VersionText, file.FileName, file.Hash.ToString(), file.Origin is PackageFileOrigin.Upload ? LockedFrom.Hub : LockedFrom.Upstream, depends, [.. file.Modules])
            { Length = file.Length },
            LockFile { Entry: var entry } locked => new(key, entry.Version, entry.FileName, entry.Sha256, LockedFrom.Release, depends, [.. entry.Imports])
            {
                Length = locked.Length,
                InstallDir = entry.InstallDir,
                PackageType = entry.PackageType,
            },
            _ => throw new InvalidOperationException($"{candidate} of {pyodide.Version} has no file that can be locked."),
        };
    }

    // Files that a lock needs are held by it: neither an administrator nor the sweep takes them away beneath a lesson.
    private async Task<string> KeepAsync(LockDocument document, CancellationToken ct)
    {
        var json = document.ToJson();
        var (id, now) = (LockDocument.IdOf(json), time.GetUtcNow());
        var hashes = document.Packages.Select(package => package.Sha256).Distinct(StringComparer.Ordinal).Select(Convert.FromHexString).ToArray();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO package_locks (id, release, document, created_at, used_at) VALUES ({id}, {document.Release}, {json}, {now}, {now})
                    ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at
                    """, ct);
                await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO package_lock_blobs (lock_id, hash) SELECT {id}, hash FROM blobs WHERE hash = ANY ({hashes}) ORDER BY hash FOR KEY SHARE
                    ON CONFLICT DO NOTHING
                    """, ct);
                await transaction.CommitAsync(ct);
                return id;
            }
            catch (Exception e) when (attempt < 3 && Contention.IsPassing(e))
            {
                // Two who make the same lock at the same moment met each other.
            }
        }
    }

    private sealed class Listed(ListedPackage entry, Result<Requirement> requirement)
    {
        public ListedPackage Entry => entry;

        public Result<Requirement> Requirement => requirement;

        public Error? Error { get; set; } = requirement.Error;

        // What stands in the served config: the locked name, or what the page then says it lacks.
        public string Name => requirement.IsOk ? requirement.Value!.Name.Key : entry.Text;
    }
}
