using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.PackageIndex;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>A wheel among a project's files.</summary>
/// <param name="Path">Its path in the project.</param>
public sealed record OwnWheel(string Path, BlobHash Hash, WheelFile Wheel)
{
    /// <summary>The address by which a config names this very file, as the resolver takes it.</summary>
    public string Url => UrlOf(Path);

    public string FileName => Path[(Path.LastIndexOf('/') + 1)..];

    public static string UrlOf(string path) => "project:" + path;
}

/// <summary>Reads the wheels among a project's files: they are seen by its own locks alone.</summary>
public sealed class OwnWheels(BlobReader blobs, OwnWheelCache cache)
{
    private const int MostWheels = 200;

    /// <summary>The wheels of a project that are some, and what is wrong with the others: path → why.</summary>
    public async Task<(IReadOnlyList<OwnWheel> Wheels, IReadOnlyDictionary<string, Error> Refused)> ReadAsync(Manifest manifest, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var wheels = new List<OwnWheel>();
        var refused = new Dictionary<string, Error>(StringComparer.Ordinal);
        var files = manifest.Files.Where(file => file.Key.Value.EndsWith(".whl", StringComparison.OrdinalIgnoreCase)).Take(MostWheels);
        foreach (var (path, entry) in files)
        {
            var read = await ReadAsync(path.Value, entry.Hash, ct);
            if (read.IsOk) wheels.Add(new(path.Value, entry.Hash, read.Value));
            else refused[path.Value] = read.Error;
        }
        return (wheels, refused);
    }

    private async Task<Result<WheelFile>> ReadAsync(string path, BlobHash hash, CancellationToken ct)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (cache.Wheels.TryGetValue((name, hash), out Result<WheelFile> known)) return known;
        var content = await blobs.ReadAsync(hash, ct);
        if (!content.IsOk) return content.Error;
        using var stream = new MemoryStream(content.Value, writable: false);
        var read = await WheelFile.ReadAsync(name, stream, ct);
        return cache.Wheels.Set((name, hash), read, new MemoryCacheEntryOptions { Size = 1 });
    }
}

/// <summary>Wheels that were read before, by name and hash.</summary>
public sealed class OwnWheelCache : IDisposable
{
    internal MemoryCache Wheels { get; } = new(new MemoryCacheOptions { SizeLimit = 2_000 });

    public void Dispose() => Wheels.Dispose();
}

/// <summary>A project's own wheels in front of what else there is: they may stand in for what the release's lock has.</summary>
sealed class OwnFirst(IReadOnlyList<OwnWheel> wheels, WheelTags tags, IPackageCandidates others) : IPackageCandidates
{
    private static readonly PackageOrigin s_origin = new("the project's own files", 0) { OverridesLock = true };

    private readonly ILookup<string, OwnWheel> _wheels = wheels.ToLookup(wheel => wheel.Wheel.Name.Name.Key, StringComparer.Ordinal);

    /// <summary>The file of a candidate that is a wheel of the project.</summary>
    public sealed record OwnFile(OwnWheel Wheel) : CandidateFile(Wheel.FileName, Wheel.Wheel.Sha256);

    public async Task<IReadOnlyList<PackageListing>> FindAsync(IReadOnlyList<PackageName> names, CancellationToken ct) =>
        [.. (await others.FindAsync(names, ct)).Select(listing => listing with
        {
            Candidates = [.. Choose(listing.Name), .. listing.Candidates],
            LookedIn = [s_origin.Name, .. listing.LookedIn],
        })];

    public async Task<IReadOnlyList<Result<PackageNeeds>>> ReadNeedsAsync(IReadOnlyList<Candidate> candidates, CancellationToken ct)
    {
        var foreign = candidates.Where(candidate => candidate.File is not OwnFile).ToList();
        using var needs = (foreign.Count == 0 ? [] : await others.ReadNeedsAsync(foreign, ct)).GetEnumerator();
        var all = new List<Result<PackageNeeds>>(candidates.Count);
        foreach (var candidate in candidates)
        {
            if (candidate.File is OwnFile own) all.Add(own.Wheel.Wheel.Metadata.Needs);
            else if (needs.MoveNext()) all.Add(needs.Current);
        }
        return all;
    }

    // One for each version, as everywhere: of several builds the one that fits best. One that is named by its path is that very file.
    private IEnumerable<Candidate> Choose(PackageName name) => _wheels[name.Key].Select(wheel => new Candidate(
        name, wheel.Wheel.Metadata.VersionText, s_origin, new OwnFile(wheel))
    {
        RequiresPython = wheel.Wheel.Metadata.RequiresPython,
        Url = wheel.Url,
        Unfit = tags.Refuse(wheel.Wheel.Name),
    });
}
