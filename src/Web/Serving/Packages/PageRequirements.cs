using System.Text;
using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>An entry of a config's <c>packages</c>.</summary>
/// <param name="Text">As it is written.</param>
/// <param name="Base">The path in the project that it is relative to.</param>
public readonly record struct ListedPackage(string Text, string Base);

/// <summary>What a page lists for Pyodide, and in which files.</summary>
/// <param name="Entries">In the order of the page, each once.</param>
/// <param name="Files">The paths of its config files that list packages.</param>
public sealed record PageRequirements(IReadOnlyList<ListedPackage> Entries, IReadOnlyList<string> Files);

/// <summary>Reads the configs of a project's pages: those in the page, and those in files of the project.</summary>
public sealed class PageConfigReader(BlobReader blobs, PageFactsCache cache)
{
    private const long LargestPage = 4_000_000;
    private const int Deepest = 5;
    private const int MostEntries = 500;

    /// <summary>What a page lists; <paramref name="interpreter"/> is what <c>?interpreter=</c> asks for.</summary>
    public async Task<PageRequirements> ReadAsync(Manifest manifest, string page, Interpreter? interpreter, CancellationToken ct)
    {
        var entries = new List<ListedPackage>();
        var files = new List<string>();
        if (manifest.Find(page) is { Length: <= LargestPage } entry)
        {
            foreach (var config in await ConfigsAsync(entry.Hash, interpreter, ct))
            {
                if (config.Text is { } text) await AddAsync(manifest, ConfigText.Read(text, config.IsJson), page, entries, files, 0, ct);
                else await AddFileAsync(manifest, Resolve(page, config.File!), config.IsJson, entries, files, 0, ct);
            }
        }
        return new([.. entries.Distinct().Take(MostEntries)], files);
    }

    /// <summary>Where an address in a file leads within the project; what leads out of it finds nothing.</summary>
    public static string Resolve(string from, string address)
    {
        ArgumentNullException.ThrowIfNull(from);
        var origin = new Uri("http://project.invalid/");
        return Uri.TryCreate(new Uri(origin, string.Join('/', from.Split('/').Select(Uri.EscapeDataString))), address, out var url)
            && url.Host == origin.Host ? Uri.UnescapeDataString(url.AbsolutePath[1..]) : "";
    }

    private async Task AddFileAsync(Manifest manifest, string path, bool? isJson, List<ListedPackage> entries, List<string> files, int depth, CancellationToken ct)
    {
        if (depth > Deepest || files.Contains(path) || manifest.Find(path) is not { Length: <= LargestPage } entry) return;
        var content = await blobs.ReadAsync(entry.Hash, ct);
        if (!content.IsOk || ConfigText.Read(Encoding.UTF8.GetString(content.Value), isJson) is not { } config) return;
        files.Add(path);
        await AddAsync(manifest, config, path, entries, files, depth, ct);
    }

    private async Task AddAsync(Manifest manifest, ConfigText? config, string at, List<ListedPackage> entries, List<string> files, int depth, CancellationToken ct)
    {
        foreach (var text in config?.Packages ?? [])
        {
            if (PageLock.IsRemoteConfig(text)) await AddFileAsync(manifest, Resolve(at, text), text.EndsWith(".json", StringComparison.Ordinal), entries, files, depth + 1, ct);
            else entries.Add(new(text, at));
        }
    }

    private async Task<IReadOnlyList<PageConfig>> ConfigsAsync(BlobHash hash, Interpreter? interpreter, CancellationToken ct)
    {
        var key = (hash, "configs", interpreter);
        if (cache.Facts.TryGetValue(key, out IReadOnlyList<PageConfig>? known)) return known!;
        var content = await blobs.ReadAsync(hash, ct);
        if (!content.IsOk) return [];
        return cache.Facts.Set(key, HtmlRewriter.Configs(content.Value, interpreter), new MemoryCacheEntryOptions { Size = 1 });
    }
}
