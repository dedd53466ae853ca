using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What a search is narrowed down to; nulls narrow nothing.</summary>
public sealed record PackageFilter(Interpreter? Interpreter, string? Release, PackageStatus? Status);

/// <summary>What was found.</summary>
/// <param name="Names">Normal forms, the best match first.</param>
/// <param name="IsNearMiss">Whether nothing has these letters, and these are names like it.</param>
public sealed record FoundPackages(IReadOnlyList<string> Names, bool IsNearMiss);

/// <summary>
/// Finds packages by their names in any spelling, by what they are imported as, by a part of either, and by near misses. Each step is one
/// that an index answers, and a later one is taken only where those before found too little: half a million names are looked through in a
/// few milliseconds (bench/packages-search).
/// </summary>
public sealed class PackageSearch(HubDb db)
{
    // Fewer hits than these, and parts of names are looked for too.
    private const int Enough = 8;

    // GIN indexes trigrams: with fewer letters it would look at everything.
    private const int ShortestPart = 3;
    private const int ShortestMisspelt = 4;
    private const int MostCandidates = 2_000;
    private const int MostNearMisses = 8;

    /// <summary>The packages that a text finds.</summary>
    public async Task<FoundPackages> FindAsync(string text, PackageFilter filter, int limit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(filter);
        var words = text.Trim();
        var key = PackageName.NormalForm(words);
        if (key.Length is 0 or > PackageName.MaximumLength) return new([], IsNearMiss: false);
        var found = new List<string>();
        await AddAsync(Narrow(db.Packages.Where(package => package.Name == key), filter));
        await AddAsync(Narrow(ImportedAs(words), filter).OrderByDescending(package => package.Weight).ThenBy(package => package.Name));
        var prefix = LikePattern.Escape(key) + "%";
        // What is known well first; it is a small part of all.
        await AddAsync(Narrow(db.Packages.Where(package => package.Weight > 0 && EF.Functions.Like(package.Name, prefix, "\\")), filter).OrderByDescending(package => package.Weight).ThenBy(package => package.Name));
        await AddAsync(Narrow(db.Packages.Where(package => EF.Functions.Like(package.Name, prefix, "\\")), filter).OrderBy(package => package.Name));
        if (found.Count < Enough && key.Length >= ShortestPart)
        {
            var part = $"%{LikePattern.Escape(key)}%";
            await AddAsync(Narrow(db.Packages.Where(package => package.Weight > 0 && EF.Functions.Like(package.Name, part, "\\")), filter).OrderByDescending(package => package.Weight).ThenBy(package => package.Name));
            await AddAsync(Narrow(db.Packages.Where(package => EF.Functions.Like(package.Name, part, "\\")), filter));
        }
        if (found.Count > 0 || key.Length < ShortestMisspelt) return new(found, IsNearMiss: false);
        return new(await NearMissesAsync(key, words, filter, ct), IsNearMiss: true);

        async Task AddAsync(IQueryable<Package> packages)
        {
            if (found.Count >= limit) return;
            foreach (var name in await packages.Select(package => package.Name).Take(limit).ToListAsync(ct))
            {
                if (found.Count < limit && !found.Contains(name)) found.Add(name);
            }
        }
    }

    /// <summary>All packages that the filter leaves, those that are known well first.</summary>
    /// <param name="after">The name of the last one before; null from the beginning.</param>
    public async Task<IReadOnlyList<string>> ListAsync(PackageFilter filter, string? after, int limit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var packages = Narrow(db.Packages, filter);
        if (after is not null)
        {
            var weight = await db.Packages.Where(package => package.Name == after).Select(package => package.Weight).SingleOrDefaultAsync(ct);
            packages = packages.Where(package => package.Weight < weight || (package.Weight == weight && EF.Functions.GreaterThan(ValueTuple.Create(package.Name), ValueTuple.Create(after))));
        }
        return await packages.OrderByDescending(package => package.Weight).ThenBy(package => package.Name).Select(package => package.Name).Take(limit).ToListAsync(ct);
    }

    // Capitals matter to Python; who types in a hurry means the same.
    private IQueryable<Package> ImportedAs(string words)
    {
        var module = LikePattern.Escape(words.Split('.')[0]);
        return db.Packages.Where(package => db.PackageModules.Any(row => row.Package == package.Name && EF.Functions.ILike(row.Module, module, "\\")));
    }

    private IQueryable<Package> Narrow(IQueryable<Package> packages, PackageFilter filter)
    {
        if (filter is { Interpreter: null, Release: null, Status: null }) return packages;
        var rows = db.PackageStatuses.AsQueryable();
        if (filter.Interpreter is { } interpreter) rows = rows.Where(row => row.Interpreter == interpreter);
        if (filter.Release is { } release) rows = rows.Where(row => row.Release == release);
        // What nobody knows has no row.
        if (filter.Status is PackageStatus.Unknown) return packages.Where(package => !rows.Any(row => row.Package == package.Name));
        if (filter.Status is { } status) rows = rows.Where(row => row.Status == status);
        return packages.Where(package => rows.Any(row => row.Package == package.Name));
    }

    // A slip leaves one half of a name whole: each half is looked for where it stands, and what comes close is counted by letters.
    private async Task<IReadOnlyList<string>> NearMissesAsync(string key, string words, PackageFilter filter, CancellationToken ct)
    {
        var (head, tail) = (LikePattern.Escape(key[..(key.Length / 2)]) + "%", "%" + LikePattern.Escape(key[(key.Length / 2)..]));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pattern in new[] { head, tail })
        {
            names.UnionWith(await Narrow(db.Packages.Where(package => package.Weight > 0 && EF.Functions.Like(package.Name, pattern, "\\")), filter).Select(package => package.Name).Take(MostCandidates).ToListAsync(ct));
            names.UnionWith(await Narrow(db.Packages.Where(package => EF.Functions.Like(package.Name, pattern, "\\")), filter).Select(package => package.Name).Take(MostCandidates).ToListAsync(ct));
        }
        var modules = await db.PackageModules.Where(row => EF.Functions.ILike(row.Module, head, "\\")).Select(row => new { row.Package, row.Module }).Take(MostCandidates).ToListAsync(ct);
        var most = key.Length < 6 ? 1 : 2;
        var near = names.Select(name => (Name: name, Distance: Slips.Between(key, name, most)))
            .Concat(modules.Select(row => (Name: row.Package, Distance: Slips.Between(words.ToLowerInvariant(), row.Module.ToLowerInvariant(), most))))
            .Where(candidate => candidate.Distance <= most).GroupBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(same => (Name: same.Key, Distance: same.Min(candidate => candidate.Distance))).OrderBy(candidate => candidate.Distance).Take(MostNearMisses * 4).ToList();
        var close = near.ConvertAll(candidate => candidate.Name);
        var weights = await Narrow(db.Packages.Where(package => close.Contains(package.Name)), filter).ToDictionaryAsync(package => package.Name, package => package.Weight, StringComparer.Ordinal, ct);
        return [.. near.Where(candidate => weights.ContainsKey(candidate.Name)).OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name[0] != key[0]).ThenByDescending(candidate => weights[candidate.Name]).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name).Take(MostNearMisses)];
    }
}
