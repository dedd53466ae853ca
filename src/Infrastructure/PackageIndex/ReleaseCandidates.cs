using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A file that the hub holds.</summary>
public sealed record HeldFile(PackageFile File) : CandidateFile(File.FileName, File.Hash.ToString());

/// <summary>A file of a release's lock that the hub holds.</summary>
/// <param name="Length">In bytes.</param>
public sealed record LockFile(PyodideLockPackage Entry, long Length) : CandidateFile(Entry.FileName, Entry.Sha256);

/// <summary>
/// What there is for one version of Pyodide, in this order: what an administrator uploaded, the release's own lock as far as its files are
/// held, what upstreams have, be it fetched before or not.
/// </summary>
public sealed class ReleaseCandidates(HubDb db, HeldPyodide release, UpstreamCandidates upstreams) : IPackageCandidates
{
    private static readonly PackageOrigin s_uploads = new("the hub's index", 1) { OverridesLock = true };
    private static readonly PackageOrigin s_fetched = new("the hub's index", 3);

    private readonly PackageOrigin _lock = new($"the lock of Pyodide {release.Version}", 2) { IsLock = true };
    private readonly PackageOrigin _lacking = new($"the lock of Pyodide {release.Version}", 2);

    /// <summary>Whether what the release's lock has counts although the hub does not hold its file: for what could work, not for what is given out.</summary>
    public bool CountsUnheld { get; init; }

    public async Task<IReadOnlyList<PackageListing>> FindAsync(IReadOnlyList<PackageName> names, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(names);
        var keys = names.Select(name => name.Key).ToList();
        var files = (await db.PackageFiles.AsNoTracking().Where(file => keys.Contains(file.Package) && file.Origin != PackageFileOrigin.Archive).ToListAsync(ct)).ToLookup(file => file.Package, StringComparer.Ordinal);
        var entries = keys.Select(key => release.ByName.GetValueOrDefault(key)).OfType<PyodideLockPackage>().ToList();
        var held = await HeldAsync(entries, ct);
        // What the release's lock has is taken from there: nobody else need be asked.
        var asked = names.Where((name, i) => !(release.ByName.GetValueOrDefault(keys[i]) is { } entry && (CountsUnheld || held.ContainsKey((entry.FileName, entry.Sha256))))).ToList();
        var listed = (await upstreams.FindAsync(asked, release.Tags, ct)).ToDictionary(listing => listing.Name.Key, StringComparer.Ordinal);
        return [.. names.Select(name =>
        {
            Candidate[] here = [.. Uploaded(name, files[name.Key]), .. Locked(release.ByName.GetValueOrDefault(name.Key), held)];
            if (!listed.TryGetValue(name.Key, out var upstream)) return new PackageListing(name, here, [s_uploads.Name, _lock.Name]);
            var heldNames = here.Select(candidate => candidate.File.Name).ToHashSet(StringComparer.Ordinal);
            return new PackageListing(name, [.. here, .. upstream.Candidates.Where(candidate => !heldNames.Contains(candidate.File.Name))], [s_uploads.Name, _lock.Name, .. upstream.LookedIn]);
        })];
    }

    public async Task<IReadOnlyList<Result<PackageNeeds>>> ReadNeedsAsync(IReadOnlyList<Candidate> candidates, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var listed = candidates.Select(candidate => candidate.File).OfType<ListedFile>().Distinct().ToList();
        var needs = listed.Zip(await upstreams.ReadNeedsAsync(listed, ct)).ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. candidates.Select(candidate => candidate.File switch
        {
            HeldFile held => NeedsOf(held.File),
            ListedFile file => needs[file],
            LockFile locked => locked.Entry.Needs,
            _ => throw new ArgumentException($"{candidate} is from elsewhere.", nameof(candidates)),
        })];
    }

    private async Task<Dictionary<(string Name, string Sha256), long>> HeldAsync(List<PyodideLockPackage> entries, CancellationToken ct)
    {
        var names = entries.ConvertAll(entry => entry.FileName);
        var held = await db.PackageFiles.AsNoTracking().Where(file => names.Contains(file.FileName)).Select(file => new { file.FileName, file.Hash, file.Length }).ToListAsync(ct);
        return held.ToDictionary(file => (file.FileName, file.Hash.ToString()), file => file.Length);
    }

    // One for each version: of several builds the one that fits best.
    private IEnumerable<Candidate> Uploaded(PackageName name, IEnumerable<PackageFile> files)
    {
        var wheels = files.Select(file => (File: file, Name: WheelFileName.Parse(file.FileName))).Where(wheel => wheel.Name.IsOk);
        foreach (var builds in wheels.GroupBy(wheel => (wheel.File.Version, IsUpload: wheel.File.Origin is PackageFileOrigin.Upload)))
        {
            var (chosen, unfit) = release.Tags.Choose(builds.Select(build => build.Name.Value!));
            var file = builds.First(build => ReferenceEquals(build.Name.Value, chosen)).File;
            yield return new Candidate(name, file.Version, builds.Key.IsUpload ? s_uploads : s_fetched, new HeldFile(file))
            {
                RequiresPython = file.RequiresPython is { } python && VersionSpecifiers.Parse(python) is { IsOk: true, Value: var versions } ? versions : null,
                Yanked = file.Yanked,
                Unfit = unfit,
            };
        }
    }

    private IEnumerable<Candidate> Locked(PyodideLockPackage? entry, Dictionary<(string Name, string Sha256), long> held)
    {
        if (entry is null) yield break;
        if (held.TryGetValue((entry.FileName, entry.Sha256), out var length) || CountsUnheld) yield return entry.AsCandidate(_lock) with { File = new LockFile(entry, length) };
        // It is known, and there is nothing to give out: whoever else has it may.
        else
            yield return entry.AsCandidate(_lacking) with
            {
                Unfit = $"is in the lock of Pyodide {release.Version}, but this hub does not hold its file; an administrator can import the release's archive: packages import pyodide-{release.Version}.tar.bz2",
            };
    }

    private static Result<PackageNeeds> NeedsOf(PackageFile file)
    {
        var requires = new List<Requirement>();
        foreach (var text in file.Requires)
        {
            var requirement = Requirement.Parse(text);
            if (!requirement.IsOk) return requirement.Error;
            requires.Add(requirement.Value);
        }
        return new PackageNeeds(requires, [.. file.Extras.Select(PackageName.NormalForm)]);
    }
}
