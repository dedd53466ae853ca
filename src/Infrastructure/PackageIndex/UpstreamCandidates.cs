using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A file of an upstream that the hub does not hold yet.</summary>
public sealed record ListedFile(UpstreamFile Listed) : CandidateFile(Listed.File.FileName, Listed.File.Hash.ToString());

/// <summary>What upstreams have that the hub does not hold, as the resolver takes it; what was chosen of it is fetched and held.</summary>
public sealed class UpstreamCandidates(UpstreamPages pages, PackageNeedsReading reading, PackageFetch fetch)
{
    // Beside what came from there before: of both the newest is taken.
    private const int Rank = 3;

    // For as long as a request takes: a judgement looks at the same for each Pyodide.
    private readonly Dictionary<string, UpstreamListing> _pages = new(StringComparer.Ordinal);
    private readonly Dictionary<BlobHash, Result<PackageNeeds>> _needs = [];

    /// <summary>Whether all that was asked for so far was answered: what is missing otherwise may only be out of reach.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>The listings of these names, one each, in their order. Of an upstream that is away there is only what was fetched before.</summary>
    public async Task<IReadOnlyList<PackageListing>> FindAsync(IReadOnlyList<PackageName> names, WheelTags tags, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(tags);
        if (!pages.HasUpstreams) return [.. names.Select(name => new PackageListing(name, [], []))];
        var unread = names.Select(name => name.Key).Where(name => !_pages.ContainsKey(name)).ToList();
        foreach (var page in unread.Count == 0 ? [] : await pages.ReadAsync(unread, ct))
        {
            _pages[page.Package] = page;
            IsWhole &= !page.IsAway;
        }
        return [.. names.Select(name => (Name: name, Page: _pages[name.Key]))
            .Select(named => new PackageListing(named.Name, named.Page.IsAway ? [] : [.. Choose(named.Name, named.Page, tags)], named.Page.LookedIn))];
    }

    /// <summary>What these candidates need, one answer each, in their order; all are asked for at once.</summary>
    /// <inheritdoc cref="PackageNeedsReading.ReadAsync" path="/summary"/>
    public async Task<IReadOnlyList<Result<PackageNeeds>>> ReadNeedsAsync(IReadOnlyList<ListedFile> files, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(files);
        var unread = files.Select(file => file.Listed.File).Where(file => !_needs.ContainsKey(file.Hash)).DistinctBy(file => file.Hash).ToList();
        if (unread.Count > 0)
        {
            foreach (var (file, text) in unread.Zip(await reading.ReadAsync(unread, ct)))
            {
                _needs[file.Hash] = NeedsOf(text);
                IsWhole &= text.Error is not { Code: "upstream_away" or "upstream_failed" };
            }
        }
        return [.. files.Select(file => _needs[file.Listed.File.Hash])];
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

    private static Result<PackageNeeds> NeedsOf(Result<string> text)
    {
        if (!text.IsOk) return text.Error;
        var metadata = CoreMetadata.Parse(Encoding.UTF8.GetBytes(text.Value));
        return metadata.IsOk ? metadata.Value.Needs : metadata.Error;
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
