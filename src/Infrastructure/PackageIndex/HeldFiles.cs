using Microsoft.EntityFrameworkCore;
using Npgsql;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>The files that the hub holds and serves to interpreters.</summary>
/// <remarks>
/// A name is one file for whoever uploads and for each upstream: other bytes under a held name are refused, those of an upstream noted in the
/// quarantine. Releases of Pyodide build files of the same name anew, so that archives bring as many as there are, and stand in nobody's way.
/// </remarks>
public sealed class HeldFiles(HubDb db, IBlobStore blobs, TimeProvider time)
{
    private const int Attempts = 5;

    /// <summary>
    /// Holds a file; false where it was held already. Errors: <c>file_exists</c> for an upload whose name another upload has,
    /// <c>changed_hash</c> for a file of an upstream whose name another file has.
    /// </summary>
    public async Task<Result<bool>> AddAsync(NewPackageFile file, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(file);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var added = await AddOnceAsync(file, ct);
                // What was refused may have left a note in the quarantine.
                await transaction.CommitAsync(ct);
                return added;
            }
            catch (Exception e) when (attempt < Attempts && (Contention.IsPassing(e) || e is DbUpdateException { InnerException: PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } }))
            {
                // Somebody added the same at this moment: nothing was written, the next try sees it.
            }
        }
    }

    /// <summary>The held files of a package, one for each name: an upload before what came from an upstream, that before the newest archive's.</summary>
    /// <param name="package">The normal form of the name.</param>
    public async Task<IReadOnlyList<PackageFile>> ListAsync(string package, CancellationToken ct)
    {
        var files = await db.PackageFiles.AsNoTracking().Where(file => file.Package == package).ToListAsync(ct);
        return OneForEachName(files);
    }

    /// <summary>As for one package, for many packages at once.</summary>
    public async Task<ILookup<string, PackageFile>> ListAsync(IReadOnlyCollection<string> packages, CancellationToken ct)
    {
        var files = await db.PackageFiles.AsNoTracking().Where(file => packages.Contains(file.Package)).ToListAsync(ct);
        return files.GroupBy(file => file.Package, StringComparer.Ordinal).SelectMany(OneForEachName).ToLookup(file => file.Package, StringComparer.Ordinal);
    }

    /// <summary>A held file; null where it is not held.</summary>
    public Task<PackageFile?> FindAsync(string fileName, BlobHash hash, CancellationToken ct) =>
        db.PackageFiles.AsNoTracking().SingleOrDefaultAsync(file => file.FileName == fileName && file.Hash == hash, ct);

    /// <summary>
    /// Takes a file out of the index; its bytes go with the next sweep. Errors: <see cref="Error.NotFound"/>, <c>file_needed</c> where the
    /// lock of a page needs it.
    /// </summary>
    public async Task<Result<Done>> RemoveAsync(string fileName, BlobHash hash, CancellationToken ct)
    {
        if (await db.PackageLockBlobs.AnyAsync(row => row.Hash == hash, ct))
            return new Error.Conflict("file_needed", $"{fileName} is needed by pages that were published with it. Yank it instead: then nothing new is made with it.");
        return await db.PackageFiles.Where(file => file.FileName == fileName && file.Hash == hash).ExecuteDeleteAsync(ct) > 0 ? default(Done) : new Error.NotFound("file");
    }

    /// <summary>Takes a file out of use (PEP 592), or back into it. Error: <see cref="Error.NotFound"/>.</summary>
    /// <param name="reason">Empty for none; null takes it back into use.</param>
    public async Task<Result<Done>> YankAsync(string fileName, BlobHash hash, string? reason, CancellationToken ct) =>
        await db.PackageFiles.Where(file => file.FileName == fileName && file.Hash == hash).ExecuteUpdateAsync(set => set.SetProperty(file => file.Yanked, reason), ct) > 0
            ? default(Done)
            : new Error.NotFound("file");

    private static IReadOnlyList<PackageFile> OneForEachName(IEnumerable<PackageFile> files) =>
        [.. files.GroupBy(file => file.FileName, StringComparer.Ordinal).Select(same => same
            .OrderBy(file => file.Origin switch { PackageFileOrigin.Upload => 0, PackageFileOrigin.Upstream => 1, _ => 2 })
            .ThenByDescending(file => file.Pyodide is { } pyodide ? PackageVersion.TryParse(pyodide) : null).ThenBy(file => file.Hash).First())];

    private async Task<Result<bool>> AddOnceAsync(NewPackageFile file, CancellationToken ct)
    {
        var held = await db.PackageFiles.AsNoTracking().Where(other => other.FileName == file.FileName)
            .Select(other => new { other.Hash, other.Origin }).ToListAsync(ct);
        if (held.Find(other => other.Hash == file.Hash) is { } same)
        {
            // What an administrator says is to be used is theirs from now on, wherever it came from first.
            if (file.Origin is not PackageFileOrigin.Upload || same.Origin is not PackageFileOrigin.Upstream) return false;
            await db.PackageFiles.Where(other => other.FileName == file.FileName && other.Hash == file.Hash).ExecuteDeleteAsync(ct);
        }
        if (file.Origin is PackageFileOrigin.Upload && held.Exists(other => other.Origin is PackageFileOrigin.Upload && other.Hash != file.Hash))
            return new Error.Conflict("file_exists", $"Another {file.FileName} was uploaded before. A file's name stands for the same bytes for ever: build it with another version or build tag.");
        if (file.Origin is PackageFileOrigin.Upstream && held.Find(other => other.Origin is not PackageFileOrigin.Archive) is { } kept)
        {
            await Quarantine.AddAsync(db, file.FileName, file.Hash, kept.Hash, file.Source, time.GetUtcNow(), ct);
            return new Error.Invalid("changed_hash", $"{file.FileName} came with other bytes than those that are held under its name. Those stay; the others are not kept. An administrator sees both.");
        }

        BlobHash? metadata = file.Metadata is null ? null : BlobHash.Of(file.Metadata);
        List<(BlobHash Hash, byte[] Content)> contents = [(file.Hash, file.Content)];
        if (metadata is { } hash) contents.Add((hash, file.Metadata!));
        // In the order of their hashes, as saves do it.
        foreach (var content in contents.OrderBy(content => content.Hash))
        {
            if (!await blobs.TouchAsync(content.Hash, ct)) await blobs.PutAsync(content.Hash, content.Content, ct);
        }
        var now = time.GetUtcNow();
        await KnowAsync(file, now, ct);
        var row = new PackageFile(
            file.FileName, file.Hash, file.Name.Key, file.Version, file.Content.LongLength, file.Origin, Excerpt.Of(file.Source, 2_000), now)
        {
            Pyodide = file.Pyodide,
            AddedById = file.AddedById,
            MetadataHash = metadata,
            RequiresPython = file.RequiresPython,
            Requires = [.. file.Requires],
            Extras = [.. file.Extras],
            Modules = [.. file.Modules],
        };
        row.Yank(Excerpt.Of(file.Yanked, 1_000));
        db.Add(row);
        await db.SaveChangesAsync(ct);
        return true;
    }

    private async Task KnowAsync(NewPackageFile file, DateTimeOffset now, CancellationToken ct)
    {
        var summary = Excerpt.Of(file.Summary, Package.SummaryLength);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO packages (name, display_name, summary, weight, updated_at) VALUES ({file.Name.Key}, {file.Name.Display}, {summary}, 0, {now})
            ON CONFLICT (name) DO UPDATE SET summary = COALESCE(EXCLUDED.summary, packages.summary), updated_at = EXCLUDED.updated_at
            """, ct);
        var modules = file.Modules.Where(module => module.Length is > 0 and <= PackageModule.NameLength).Distinct(StringComparer.Ordinal).ToArray();
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO package_modules (package, module) SELECT {file.Name.Key}, module FROM unnest({modules}) AS module ON CONFLICT DO NOTHING", ct);
    }
}
