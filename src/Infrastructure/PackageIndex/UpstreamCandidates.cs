using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A file of an upstream that the hub does not hold yet.</summary>
public sealed record ListedFile(UpstreamFile Listed) : CandidateFile(Listed.File.FileName, Listed.File.Hash.ToString());

/// <summary>What upstreams have that the hub does not hold, as the resolver takes it; what was chosen of it is fetched and held.</summary>
public sealed class UpstreamCandidates(UpstreamPages pages, PackageNeedsReading reading, PackageFetch fetch)
{
    // Beside what came from there before: of both the newest is taken.
    private const int Rank = 3;

    /// <summary>The listings of these names, one each, in their order. Of an upstream that is away there is only what was fetched before.</summary>
    public async Task<IReadOnlyList<PackageListing>> FindAsync(IReadOnlyList<PackageName> names, WheelTags tags, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(tags);
        if (!pages.HasUpstreams) return [.. names.Select(name => new PackageListing(name, [], []))];
        var listed = await pages.ReadAsync([.. names.Select(name => name.Key)], ct);
        return [.. names.Zip(listed, (name, page) => new PackageListing(name, page.IsAway ? [] : [.. Choose(name, page, tags)], page.LookedIn))];
    }

    /// <summary>What these candidates need, one answer each, in their order; all are asked for at once.</summary>
    /// <inheritdoc cref="PackageNeedsReading.ReadAsync" path="/summary"/>
    public async Task<IReadOnlyList<Result<PackageNeeds>>> ReadNeedsAsync(IReadOnlyList<ListedFile> files, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Count == 0) return [];
        var texts = await reading.ReadAsync([.. files.Select(file => file.Listed.File)], ct);
        return [.. texts.Select(text =>
        {
            if (!text.IsOk) return text.Error;
            var metadata = CoreMetadata.Parse(Encoding.UTF8.GetBytes(text.Value));
            return metadata.IsOk ? metadata.Value.Needs : (Result<PackageNeeds>)metadata.Error;
        })];
    }

    /// <summary>Fetches what was chosen, so that the hub holds it from now on. Errors: those of <see cref="PackageFetch"/>.</summary>
    public async Task<Result<IReadOnlyDictionary<ListedFile, PackageFile>>> KeepAsync(IEnumerable<ListedFile> files, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(files);
        var kept = new Dictionary<ListedFile, PackageFile>();
        foreach (var file in files)
        {
            var fetched = await fetch.GetAsync(file.Listed, ct);
            if (!fetched.IsOk) return fetched.Error;
            kept[file] = fetched.Value;
        }
        return kept;
    }

    // One for each version and upstream: of several builds the one that fits best.
    private static IEnumerable<Candidate> Choose(PackageName name, UpstreamListing page, WheelTags tags)
    {
        var wheels = page.Files.Select(file => (File: file, Name: WheelFileName.Parse(file.File.FileName).Value!)).ToList();
        foreach (var builds in wheels.GroupBy(wheel => (wheel.File.Upstream, wheel.Name.Version)))
        {
            var (chosen, unfit) = tags.Choose(builds.Select(build => build.Name));
            var file = builds.First(build => ReferenceEquals(build.Name, chosen)).File;
            yield return new Candidate(name, chosen.Version.Text, new PackageOrigin(file.Upstream.Host, Rank), new ListedFile(file))
            {
                RequiresPython = file.File.RequiresPython is { } python && VersionSpecifiers.Parse(python) is { IsOk: true, Value: var versions } ? versions : null,
                Yanked = file.File.Yanked,
                Unfit = unfit,
            };
        }
    }
}
