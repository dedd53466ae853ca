using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Runtime.Assets.Packing;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>A version of an npm package that the hub holds.</summary>
public sealed record NpmHold(string Name, string Version)
{
    public override string ToString() => $"{Name}@{Version}";
}

/// <summary>Keeps npm packages: unpacked, a blob for each file.</summary>
public sealed class NpmStock(HubDb db, IBlobStore blobs, TimeProvider time)
{
    private const int Attempts = 5;
    private const int LongestVersion = 100;

    private readonly Dictionary<NpmHold, IReadOnlyDictionary<string, BlobHash>> _files = [];

    /// <summary>The highest version held within a range; an empty range takes any that is no pre-release, or, without such, any.</summary>
    public async Task<NpmHold?> FindAsync(string name, string range, CancellationToken ct)
    {
        var held = await db.NpmReleases.Where(release => release.Name == name).Select(release => release.Version).ToListAsync(ct);
        var versions = held.Select(version => (Spelled: version, Parsed: NpmVersion.Parse(version)!)).ToList();
        var found = NpmVersion.Parse(range) is { } exact
            ? versions.Find(version => version.Parsed == exact)
            : NpmRange.Parse(range.Length == 0 ? "*" : range) is { } wanted
                ? versions.Where(version => wanted.Contains(version.Parsed)).OrderByDescending(version => version.Parsed).FirstOrDefault()
                : default;
        if (found.Parsed is null && range.Length == 0) found = versions.OrderByDescending(version => version.Parsed).FirstOrDefault();
        return found.Parsed is null ? null : new NpmHold(name, found.Spelled);
    }

    /// <summary>The files of a held version, what was made of it among them.</summary>
    public async Task<IReadOnlyDictionary<string, BlobHash>> FilesAsync(NpmHold hold, CancellationToken ct)
    {
        if (_files.TryGetValue(hold, out var known)) return known;
        return _files[hold] = await db.NpmFiles.Where(file => file.Name == hold.Name && file.Version == hold.Version)
            .ToDictionaryAsync(file => file.Path, file => file.Hash, StringComparer.Ordinal, ct);
    }

    /// <summary>
    /// Keeps an archive; one that is held already is no change. Errors: <c>bad_archive</c>, <c>wrong_package</c> where it is another
    /// package than it was said to be, <c>integrity_changed</c> where the same version is held with other bytes.
    /// </summary>
    /// <param name="expected">What it was said to be; null for whatever it says itself.</param>
    /// <param name="source">The registry that it came from, or the file.</param>
    public async Task<Result<NpmHold>> AddAsync(byte[] tarball, NpmHold? expected, string source, CancellationToken ct)
    {
        IReadOnlyList<NpmTarballFile> unpacked;
        try
        {
            unpacked = NpmTarball.Read(tarball, expected?.ToString() ?? source);
        }
        catch (RuntimeAssetsException e)
        {
            return new Error.Invalid("bad_archive", e.Message);
        }
        if (NpmDescription.Read(unpacked.First(file => file.Path == "package.json").Content) is not { } description || NpmVersion.Parse(description.Version) is null
            || description.Name.Length > Domain.Packages.NpmRelease.NameLength || description.Version.Length > LongestVersion)
            return new Error.Invalid("bad_archive", $"The package.json of {expected?.ToString() ?? source} names no package and version. Nothing was kept.");
        var hold = new NpmHold(description.Name, description.Version);
        if (expected is not null && hold != expected) return new Error.Invalid("wrong_package", $"What was sent for {expected} is {hold} by its own package.json. Nothing was kept.");

        // What is made of a package has such names; its own files cannot take their place.
        var files = unpacked.Where(file => !LibraryModules.IsModule(file.Path))
            .Select(file => (file.Path, file.Content, Hash: BlobHash.Of(file.Content))).ToList();
        return await KeepAsync(hold, NpmRegistry.IntegrityOf(tarball), source, files, ct);
    }

    /// <summary>Keeps a module that was made of a held package; where another was faster, that one stays.</summary>
    public async Task KeepModuleAsync(NpmHold hold, string path, byte[] content, CancellationToken ct)
    {
        var hash = BlobHash.Of(content);
        await using (var transaction = await db.Database.BeginTransactionAsync(ct))
        {
            await blobs.PutAsync(hash, content, ct);
            await InsertAsync(hold, [(path, content, hash)], ct);
            await transaction.CommitAsync(ct);
        }
        _files.Remove(hold);
    }

    private async Task<Result<NpmHold>> KeepAsync(
        NpmHold hold, string integrity, string source, List<(string Path, byte[] Content, BlobHash Hash)> files, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var isNew = await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO npm_releases (name, version, integrity, source, added_at) VALUES ({hold.Name}, {hold.Version}, {integrity}, {source}, {time.GetUtcNow()})
                    ON CONFLICT DO NOTHING
                    """, ct) > 0;
                if (!isNew)
                {
                    var held = await db.NpmReleases.Where(release => release.Name == hold.Name && release.Version == hold.Version).Select(release => release.Integrity).SingleAsync(ct);
                    return held == integrity ? hold : new Error.Conflict(
                        "integrity_changed", $"The hub holds {hold} with other bytes than {source} has now. What is held stays: a version of npm never changes.");
                }
                // In the order of their hashes, as saves have it.
                foreach (var (_, content, hash) in files.DistinctBy(file => file.Hash).OrderBy(file => file.Hash)) await blobs.PutAsync(hash, content, ct);
                await InsertAsync(hold, files, ct);
                await transaction.CommitAsync(ct);
                return hold;
            }
            catch (Exception e) when (attempt < Attempts && Contention.IsPassing(e))
            {
                // Two that share blobs met each other: nothing was written.
            }
        }
    }

    private Task InsertAsync(NpmHold hold, List<(string Path, byte[] Content, BlobHash Hash)> files, CancellationToken ct)
    {
        var paths = files.Select(file => file.Path).ToArray();
        var hashes = files.Select(file => file.Hash.ToArray()).ToArray();
        var lengths = files.Select(file => file.Content.LongLength).ToArray();
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO npm_files (name, version, path, hash, length)
            SELECT {hold.Name}, {hold.Version}, file.path, file.hash, file.length FROM unnest({paths}, {hashes}, {lengths}) AS file(path, hash, length)
            ON CONFLICT DO NOTHING
            """, ct);
    }
}
