using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>
/// The libraries of a site: resolved once for a publication, which keeps them; for drafts, previews and trials out of what was found
/// a little while ago.
/// </summary>
public sealed class SiteLibraries(HubDb db, PageReleases files, LibraryResolver resolver, LibraryShelf shelf, LibrarySource source, LibraryMemory memory)
{
    private const int MostAddresses = 200;

    // A publication waits for what it is to be served with; a draft's page is looked at meanwhile.
    private static readonly TimeSpan s_publishing = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_showing = TimeSpan.FromSeconds(15);

    /// <summary>Resolves all addresses of a revision for a publication of it. None of them fails it.</summary>
    public async Task<IReadOnlyList<PublicationLibrary>> ResolveAsync(Guid publication, Manifest manifest, CancellationToken ct)
    {
        shelf.Registry = source.Registry;
        var pins = await ResolveAsync(await files.LibrariesAsync(manifest, ct), s_publishing, ct);
        return [.. pins.Select(pin => new PublicationLibrary(publication, pin.Address, pin.Hold?.Name, pin.Hold?.Version, pin.Path, Cut(pin.Problem)))];
    }

    /// <summary>Where the addresses of a site lead.</summary>
    public async Task<LibraryMap> MapAsync(ContentSite site, Manifest manifest, CancellationToken ct)
    {
        var addresses = await files.LibrariesAsync(manifest, ct);
        if (addresses.Count == 0) return LibraryMap.Empty;
        if (site.Publication is { } publication) return await OfPublicationAsync(publication.Id, ct);
        if (memory.Drafts.TryGetValue(site.FilesTag, out LibraryMap? known)) return known!;
        var map = await OfDraftAsync(site, addresses, ct);
        return memory.Drafts.Set(site.FilesTag, map, new MemoryCacheEntryOptions { Size = addresses.Count, AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
    }

    private async Task<LibraryMap> OfPublicationAsync(Guid publication, CancellationToken ct)
    {
        if (memory.Publications.TryGetValue(publication, out LibraryMap? known)) return known!;
        var rows = await db.PublicationLibraries.AsNoTracking().Where(row => row.PublicationId == publication && row.Name != null).ToListAsync(ct);
        var map = new LibraryMap(rows.Select(row => Lead(row.Address, row.Name!, row.Version!, row.Path!)));
        return memory.Publications.Set(publication, map, new MemoryCacheEntryOptions { Size = rows.Count + 1 });
    }

    private async Task<LibraryMap> OfDraftAsync(ContentSite site, IReadOnlyList<string> addresses, CancellationToken ct)
    {
        // A smoke run of what was published opens what others get.
        if (site.Trial is null)
        {
            var (project, revision) = (site.Project.Id, site.RevisionNumber);
            var published = await db.Publications.Where(p => p.ProjectId == project && p.RevisionNumber == revision).Select(p => (Guid?)p.Id).SingleOrDefaultAsync(ct);
            if (published is { } id) return await OfPublicationAsync(id, ct);
        }
        // Somebody who only tries makes the hub fetch nothing.
        shelf.Registry = site.Grant is ContentGrantKind.Viewer ? source.Registry : null;
        var pins = new List<LibraryPin>();
        var unknown = new List<string>();
        foreach (var address in addresses)
        {
            if (memory.Pins.TryGetValue((address, shelf.Registry is not null), out LibraryPin? pin)) pins.Add(pin!);
            else unknown.Add(address);
        }
        foreach (var pin in await ResolveAsync(unknown, s_showing, ct))
        {
            pins.Add(pin);
            memory.Pins.Set((pin.Address, shelf.Registry is not null), pin, new MemoryCacheEntryOptions
            {
                Size = 1,
                AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(pin.Hold is null ? 1 : 10),
            });
        }
        return new LibraryMap(pins.Where(pin => pin.Hold is not null).Select(pin => Lead(pin.Address, pin.Hold!.Name, pin.Hold.Version, pin.Path!)));
    }

    private async Task<List<LibraryPin>> ResolveAsync(IReadOnlyList<string> addresses, TimeSpan bound, CancellationToken ct)
    {
        var pins = new List<LibraryPin>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(bound);
        foreach (var address in addresses)
        {
            try
            {
                pins.Add(pins.Count < MostAddresses
                    ? await resolver.ResolveAsync(address, patience.Token)
                    : new LibraryPin(address, null, null, $"The project names more than {MostAddresses} addresses of libraries."));
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                pins.Add(new LibraryPin(address, null, null, $"It was not found within {(int)bound.TotalSeconds} s. Publish again to try again."));
            }
        }
        return pins;
    }

    private static KeyValuePair<string, string> Lead(string address, string name, string version, string path) =>
        new(address, LibraryMap.PathOf(name, version, path, LibraryAddress.Parse(address)?.Suffix ?? ""));

    private static string? Cut(Sentence? problem) => problem?.ToString() is { Length: > 1_000 } text ? text[..1_000] : problem?.ToString();
}

/// <summary>What was found of libraries before.</summary>
public sealed class LibraryMemory : IDisposable
{
    internal MemoryCache Publications { get; } = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    internal MemoryCache Drafts { get; } = new(new MemoryCacheOptions { SizeLimit = 20_000 });

    internal MemoryCache Pins { get; } = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    internal MemoryCache Files { get; } = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    internal MemoryCache Encoded { get; } = new(new MemoryCacheOptions { SizeLimit = 64 * 1024 * 1024 });

    public void Dispose()
    {
        Publications.Dispose();
        Drafts.Dispose();
        Pins.Dispose();
        Files.Dispose();
        Encoded.Dispose();
    }
}
