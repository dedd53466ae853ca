using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Serving.Libraries;
using PyScriptHub.Web.Serving.Packages;
using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Serving;

/// <summary>A file as it is sent.</summary>
/// <param name="Tag">Its entity tag without quotes.</param>
public sealed record ServedFile(byte[] Content, string ContentType, string Tag);

/// <summary>Makes what is sent out of what is stored: pages, scripts and styles are rewritten, everything else goes as it is.</summary>
public sealed class ServedPages(
    BlobReader blobs, PageReleases releases, PageLocks locks, RuntimeCatalog runtime, DefaultRelease defaults, RuntimeFiles runtimeFiles, Origins origins, HubScripts scripts,
    SiteLibraries libraries, ServedPageCache cache)
{
    private const long LargestConfig = 64 * 1024;
    private const int MostConfigs = 50;

    /// <summary>A file of a site. Error: <see cref="Error.CorruptBlob"/>.</summary>
    /// <param name="asStored">Whether a config is wanted as it is stored, whatever its packages are locked to.</param>
    public async Task<Result<ServedFile>> ReadAsync(
        ContentSite site, Manifest manifest, string path, Interpreter? interpreter, bool asStored, string label, CancellationToken ct)
    {
        var entry = manifest.Find(path)!.Value;
        var type = ContentTypes.Of(path);
        var isPage = Manifest.IsHtml(path);
        if (!isPage && !ScriptRewriter.Handles(path))
        {
            var stored = await blobs.ReadAsync(entry.Hash, ct);
            if (!stored.IsOk) return stored.Error;
            var config = (asStored ? null : await LedConfigAsync(site, manifest, path, stored.Value, ct)) ?? stored.Value;
            if (ConfigAddresses.Handles(path)) config = ConfigAddresses.Lead(config, await libraries.MapAsync(site, manifest, ct), origins.Runtime);
            return new ServedFile(config, type, ReferenceEquals(config, stored.Value) ? entry.Hash.ToString() : TagOf(config, ""));
        }

        var led = await libraries.MapAsync(site, manifest, ct);
        var (release, scriptsLoadRuntime) = await ReleaseAsync(site, manifest, path, ct);
        // A script by itself has the lock of the page that it most likely belongs to.
        var page = isPage ? path : manifest.StartPage;
        var pageLock = page is null ? null : await locks.FindAsync(site, manifest, page, isPage ? interpreter : null, release, ct);
        var ledFiles = isPage ? (await locks.LedFilesAsync(site, manifest, ct)).Keys.ToHashSet(StringComparer.Ordinal) : [];
        var place = origins.Content(label);
        var basePath = place.BasePath;
        var bridge = site.HasBridge ? new Bridge(place.Of(scripts.BridgePath), origins.Hub, IsFramedOnly: site.Trial is not null) : null;
        // Configs of the project are looked at for preloads, so a page's form depends on all of its files.
        var key = isPage
            ? $"{site.FilesTag} {path} {release.Name} {interpreter} {basePath} {bridge?.Script} {pageLock?.Id} {ledFiles.Count > 0} {led.Tag}"
            : $"{entry.Hash} {Path.GetExtension(path)} {release.Name} {pageLock?.Id} {led.Tag}";
        if (cache.Files.TryGetValue(key, out ServedFile? known)) return known!;

        var content = await blobs.ReadAsync(entry.Hash, ct);
        if (!content.IsOk) return content.Error;
        var map = new AddressMap(release, runtimeFiles, origins.Runtime, pageLock is null ? "" : LockedRuntime.PathOf(pageLock.Id)) { Libraries = led };
        ServedFile served;
        if (isPage)
        {
            var configs = await ConfigsAsync(manifest, ct);
            var rewritten = HtmlRewriter.Rewrite(content.Value, new RewriteRequest(
                map, basePath + scripts.StoragePath, interpreter, address => configs.GetValueOrDefault(PageConfigReader.Resolve(path, address)), scriptsLoadRuntime, bridge,
                pageLock, ledFiles.Count == 0 ? null : address => ledFiles.Contains(PageConfigReader.Resolve(path, address))));
            // Bytes of no known charset go without one: the browser looks into the page as it would anywhere.
            served = new ServedFile(rewritten.Bytes, rewritten.Charset is { } charset ? $"text/html; charset={charset}" : "text/html", TagOf(rewritten.Bytes, rewritten.Charset ?? ""));
        }
        else
        {
            var rewritten = ScriptRewriter.Rewrite(path, content.Value, map);
            served = new ServedFile(rewritten, type, ReferenceEquals(rewritten, content.Value) ? entry.Hash.ToString() : TagOf(rewritten, ""));
        }
        return cache.Files.Set(key, served, new MemoryCacheEntryOptions { Size = served.Content.Length + key.Length });
    }

    private async Task<(RuntimeRelease Release, bool ScriptsLoadRuntime)> ReleaseAsync(ContentSite site, Manifest manifest, string path, CancellationToken ct)
    {
        var found = await releases.ResolveAsync(manifest, ct);
        var name = site.Release ?? site.Project.RuntimePin ?? site.Publication?.ReleaseOf(path)
            ?? (found.Pages.TryGetValue(path, out var page) ? page : found.Start).Release;
        // A release that was taken off the hub is stood in for by what the page would get today.
        var release = runtime.FindRelease(name) ?? runtime.FindRelease(found.Start.Release) ?? await defaults.GetAsync(ct);
        return (release, found.ScriptsLoadRuntime);
    }

    private async Task<Dictionary<string, string>> ConfigsAsync(Manifest manifest, CancellationToken ct)
    {
        var configs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, entry) in manifest.Files)
        {
            if (configs.Count == MostConfigs) break;
            if (entry.Length > LargestConfig || Path.GetExtension(path.Value).ToLowerInvariant() is not (".toml" or ".json")) continue;
            var content = await blobs.ReadAsync(entry.Hash, ct);
            if (content.IsOk) configs[path.Value] = Encoding.UTF8.GetString(content.Value);
        }
        return configs;
    }

    // A config file that a page names is led to that page's lock; null for all other files.
    private async Task<byte[]?> LedConfigAsync(ContentSite site, Manifest manifest, string path, byte[] content, CancellationToken ct)
    {
        var extension = Path.GetExtension(path).ToLowerInvariant();
        if (extension is not (".toml" or ".json")) return null;
        if (!(await locks.LedFilesAsync(site, manifest, ct)).TryGetValue(path, out var page)) return null;
        var (release, _) = await ReleaseAsync(site, manifest, page, ct);
        return await locks.FindAsync(site, manifest, page, null, release, ct) is { } found && found.Lead(Encoding.UTF8.GetString(content), extension == ".json") is { } led
            ? Encoding.UTF8.GetBytes(led)
            : null;
    }

    private static string TagOf(byte[] content, string charset) =>
        Convert.ToHexStringLower(SHA256.HashData([.. SHA256.HashData(content), .. Encoding.ASCII.GetBytes(charset)]));
}

/// <summary>Rewritten files, by what decides their form.</summary>
public sealed class ServedPageCache : IDisposable
{
    internal MemoryCache Files { get; } = new(new MemoryCacheOptions { SizeLimit = 64 * 1024 * 1024 });

    public void Dispose() => Files.Dispose();
}
