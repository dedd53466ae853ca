using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Serving;

/// <summary>Which release each page of a revision gets.</summary>
/// <param name="Start">The release of the start page, and of files that are asked for by themselves.</param>
/// <param name="Pages">Pages whose release differs from the start page's.</param>
/// <param name="ScriptsLoadRuntime">Whether a script of the project loads PyScript, PolyScript or Coincident for its pages.</param>
public sealed record RevisionReleases(PageRelease Start, ImmutableSortedDictionary<string, PageRelease> Pages, bool ScriptsLoadRuntime);

/// <summary>Looks through a revision's pages and scripts for the releases that they name.</summary>
public sealed class PageReleases(BlobReader blobs, DefaultRelease defaults, PageFactsCache cache)
{
    // What is larger was made by a bundler, and names no release for a person.
    private const long LargestLookedAt = 4_000_000;

    /// <summary>Resolves all pages of a manifest; a project's pin stands above what comes out.</summary>
    /// <param name="standard">The default release to resolve by; null for the one that there is.</param>
    public async Task<RevisionReleases> ResolveAsync(Manifest manifest, CancellationToken ct, RuntimeRelease? standard = null)
    {
        var resolution = await defaults.ResolutionAsync(standard, ct);
        var named = new Dictionary<string, NamedVersion?>(StringComparer.Ordinal);
        var addresses = new List<RuntimeAddress>();
        foreach (var (path, entry) in manifest.Files.Where(file => file.Value.Length <= LargestLookedAt))
        {
            // A damaged file names nothing; it is told of when it is asked for itself, and harms no other.
            if (await FactsAsync(path.Value, entry.Hash, ct) is not { } facts) continue;
            if (facts.Page is { } page) named[path.Value] = page.Named;
            addresses.AddRange(facts.Addresses);
        }
        // A page that loads PyScript through a script of its own names what that script names.
        var byScripts = addresses.Find(address => address is { Product: RuntimeProduct.PyScript, IsLegacy: false })?.Version;
        PageRelease Resolve(NamedVersion? version)
        {
            var resolved = resolution.Resolve(pin: null, version ?? byScripts);
            return new PageRelease(resolved.Release.Name, resolved.Sentence);
        }
        var start = Resolve(manifest.StartPage is { } first ? named.GetValueOrDefault(first) : null);
        var pages = named.Select(page => KeyValuePair.Create(page.Key, Resolve(page.Value)))
            .Where(page => page.Value.Release != start.Release).ToImmutableSortedDictionary(StringComparer.Ordinal);
        return new RevisionReleases(start, pages, addresses.Count > 0);
    }

    /// <summary>The addresses of npm packages in a manifest's pages, scripts, styles and configs, as they are written.</summary>
    public async Task<IReadOnlyList<string>> LibrariesAsync(Manifest manifest, CancellationToken ct)
    {
        var addresses = new List<string>();
        foreach (var (path, entry) in manifest.Files.Where(file => file.Value.Length <= LargestLookedAt))
        {
            if (ConfigAddresses.Handles(path.Value)) addresses.AddRange(await OfConfigAsync(entry, ct));
            else if (await FactsAsync(path.Value, entry.Hash, ct) is { } facts) addresses.AddRange(facts.Page?.Libraries ?? facts.Libraries);
        }
        return [.. addresses.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether the start page has scripts, editors or terminals that run in workers.</summary>
    public async Task<bool> StartsWorkersAsync(Manifest manifest, CancellationToken ct) =>
        manifest.StartPage is { } start && manifest.Find(start) is { } entry
        && (await FactsAsync(start, entry.Hash, ct))?.Page?.Scripts.Any(script => script.IsWorker) is true;

    private async Task<IReadOnlyList<string>> OfConfigAsync(ManifestEntry entry, CancellationToken ct)
    {
        if (entry.Length > ConfigAddresses.LargestConfig) return [];
        if (cache.Facts.TryGetValue((entry.Hash, nameof(ConfigAddresses)), out IReadOnlyList<string>? known)) return known!;
        var content = await blobs.ReadAsync(entry.Hash, ct);
        if (!content.IsOk) return [];
        IReadOnlyList<string> found = [.. ConfigAddresses.In(Encoding.UTF8.GetString(content.Value))];
        return cache.Facts.Set((entry.Hash, nameof(ConfigAddresses)), found, new MemoryCacheEntryOptions { Size = 1 });
    }

    private async Task<FileFacts?> FactsAsync(string path, BlobHash hash, CancellationToken ct)
    {
        var isPage = Manifest.IsHtml(path);
        if (!isPage && !ScriptRewriter.Handles(path)) return FileFacts.None;
        var key = (hash, isPage, isPage ? "" : Path.GetExtension(path));
        if (cache.Facts.TryGetValue(key, out FileFacts? known)) return known!;
        var content = await blobs.ReadAsync(hash, ct);
        if (!content.IsOk) return null;
        var facts = isPage ? new FileFacts(HtmlRewriter.Inspect(content.Value), [], [])
            : new FileFacts(null, ScriptRewriter.Addresses(path, content.Value), ScriptRewriter.Libraries(path, content.Value));
        return cache.Facts.Set(key, facts, new MemoryCacheEntryOptions { Size = 1 });
    }
}

/// <summary>What a file says of the runtime and of libraries.</summary>
sealed record FileFacts(PageFacts? Page, IReadOnlyList<RuntimeAddress> Addresses, IReadOnlyList<string> Libraries)
{
    public static FileFacts None { get; } = new(null, [], []);
}

/// <summary>What was found in files before, by hash.</summary>
public sealed class PageFactsCache : IDisposable
{
    internal MemoryCache Facts { get; } = new(new MemoryCacheOptions { SizeLimit = 20_000 });

    public void Dispose() => Facts.Dispose();
}
