using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Runtime.Assets.Packing;

/// <summary>
/// Turns npm packages into what the runtime host serves. It runs when the hub starts and not when it is built, because the
/// packed files hold the hub's own absolute address. Bytes are kept by hash; the manifest is written last and comes into
/// place by a rename, so that a start that is killed leaves the old state or the new one.
/// </summary>
public static class RuntimePacker
{
    // Raise it whenever the same inputs would be packed differently.
    private const int Version = 1;

    // Long enough to go back to the hub of last week.
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Packs what is not packed yet and answers the catalog.</summary>
    /// <param name="sources">The npm packages and the releases to offer.</param>
    /// <param name="runtimeUrl">The absolute address of the runtime host, which is written into the files.</param>
    /// <param name="folder">The runtime's part of the data folder, for example <c>&lt;data&gt;/runtime</c>.</param>
    /// <param name="cancellation">Stops between two files; nothing half is left.</param>
    /// <exception cref="RuntimeAssetsException">A package is missing, or holds an address that this hub does not know.</exception>
    public static Task<RuntimeCatalog> PackAsync(RuntimeSources sources, Uri runtimeUrl, string folder, CancellationToken cancellation = default) =>
        PackAsync(sources, runtimeUrl, folder, TimeProvider.System, cancellation);

    /// <inheritdoc cref="PackAsync(RuntimeSources, Uri, string, CancellationToken)"/>
    /// <param name="time">Says what is so old that it goes.</param>
    public static async Task<RuntimeCatalog> PackAsync(
        RuntimeSources sources, Uri runtimeUrl, string folder, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(runtimeUrl);
        var address = runtimeUrl.AbsoluteUri.TrimEnd('/');
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Version}\n{address}\n{sources.Fingerprint}")));
        var filesFolder = Path.Combine(folder, "files");
        var manifestPath = Path.Combine(folder, "manifests", $"{key}.json");

        if (await ReadAsync(manifestPath, cancellation) is { } packed && AllThere(packed, filesFolder))
            return new(runtimeUrl, key, packed.Releases, packed.Files, filesFolder);

        Directory.CreateDirectory(filesFolder);
        var releases = ReleasesOf(sources);
        List<RuntimeFile> files = [];
        foreach (var package in sources.Packages)
        {
            Dictionary<string, int> counts = new(StringComparer.Ordinal);
            foreach (var (path, source) in FilesOf(package))
            {
                cancellation.ThrowIfCancellationRequested();
                var bytes = Rewritten(package, source, await File.ReadAllBytesAsync(source, cancellation), address, counts);
                var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
                await KeepAsync(RuntimeCatalog.LocationOf(filesFolder, sha256), bytes, cancellation);
                files.Add(new(path, sha256, bytes.Length, ContentTypes.Of(path)));
            }

            CdnLiterals.AssertCounts(package, counts);
        }

        files.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        var manifest = new Manifest(address, [.. releases], [.. files]);
        Directory.CreateDirectory(Path.GetDirectoryName(manifestPath)!);
        await ReplaceAsync(manifestPath, JsonSerializer.SerializeToUtf8Bytes(manifest, JsonOptions), cancellation);
        await SweepAsync(folder, manifestPath, time.GetUtcNow().UtcDateTime - KeptFor, cancellation);
        return new(runtimeUrl, key, manifest.Releases, manifest.Files, filesFolder);
    }

    /// <summary>Checks what packing would, without writing anything: for a release that is about to be added.</summary>
    internal static void Check(NpmPackage package)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (var (_, source) in FilesOf(package))
            Rewritten(package, source, File.ReadAllBytes(source), "http://runtime.invalid", counts);
        CdnLiterals.AssertCounts(package, counts);
    }

    /// <summary>The versions that a core's or polyscript's own literals name.</summary>
    internal static NamedInterpreters InterpretersOf(NpmPackage package) =>
        CdnLiterals.InterpretersIn(package, FilesOf(package).Where(file => IsText(file.Source)).Select(file => File.ReadAllText(file.Source)));

    private static IEnumerable<RuntimeRelease> ReleasesOf(RuntimeSources sources)
    {
        // What a core or polyscript loads on its own must be served.
        foreach (var package in sources.Packages.Where(package => package.Name is NpmPackage.Core or NpmPackage.Polyscript))
        {
            foreach (var (name, version) in InterpretersOf(package).All)
            {
                if (sources.Find(name, version) is null)
                    throw new RuntimeAssetsException($"{package} names {name}@{version}, which is not installed.");
            }
        }

        return sources.Releases
            .Select(name => KnownReleases.Find(name) ?? throw new RuntimeAssetsException($"There is no PyScript release {name} that this hub knows of."))
            .OrderByDescending(release => KnownReleases.All.IndexOf(release))
            .Select(release =>
            {
                var core = sources.Find(NpmPackage.Core, release.Core)
                    ?? throw new RuntimeAssetsException($"Release {release.Name} needs {NpmPackage.Core}@{release.Core}, which is not installed.");
                var named = InterpretersOf(core);
                return new RuntimeRelease(
                    release.Name, core.Version, PolyscriptOf(core), named.Pyodide, named.Micropython,
                    IsDefault: string.Equals(release.Name, sources.DefaultRelease, StringComparison.Ordinal));
            });
    }

    // Where nobody wrote down what core was built with, the lower end of its range is the best that can be said.
    private static string PolyscriptOf(NpmPackage core)
    {
        if (CdnLiterals.PolyscriptOf(core.Version) is { } known) return known;
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(core.Folder, "package.json")));
        return json.RootElement.GetProperty("dependencies").GetProperty(NpmPackage.Polyscript).GetString()!.TrimStart('^', '~', '=');
    }

    // What runs: no source maps, no types, no docs, no consoles that load their parts from elsewhere.
    private static IEnumerable<(string Path, string Source)> FilesOf(NpmPackage package) => package.Name switch
    {
        NpmPackage.Core => Tree(package, "dist", $"/pyscript/{package.Version}/"),
        NpmPackage.Polyscript or NpmPackage.Coincident => Tree(package, "dist", $"/{package.Name}/{package.Version}/dist/"),
        NpmPackage.Pyodide => Top(package, $"/pyodide/{package.Version}/", name => name is "pyodide-lock.json"
            || (name.StartsWith("pyodide.", StringComparison.Ordinal) && Path.GetExtension(name) is ".js" or ".mjs" or ".wasm")
            || Path.GetExtension(name) is ".zip"),
        NpmPackage.Micropython => Top(package, $"/micropython/{package.Version}/", name => Path.GetExtension(name) is ".mjs" or ".wasm"),
        NpmPackage.BasicToml => Top(package, $"/basic-toml/{package.Version}/", name => name is "es.js"),
        _ => throw new RuntimeAssetsException($"{package} is not something that the runtime host serves."),
    };

    private static IEnumerable<(string Path, string Source)> Tree(NpmPackage package, string below, string at)
    {
        var root = Path.Combine(package.Folder, below);
        return Listed(package, root, SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".map", StringComparison.Ordinal) && !file.EndsWith(".d.ts", StringComparison.Ordinal))
            .Select(file => (at + Path.GetRelativePath(root, file).Replace('\\', '/'), file));
    }

    private static IEnumerable<(string Path, string Source)> Top(NpmPackage package, string at, Func<string, bool> runs) =>
        Listed(package, package.Folder, SearchOption.TopDirectoryOnly)
            .Where(file => runs(Path.GetFileName(file)))
            .Select(file => (at + Path.GetFileName(file), file));

    private static IEnumerable<string> Listed(NpmPackage package, string folder, SearchOption depth) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", depth).Order(StringComparer.Ordinal)
        : throw new RuntimeAssetsException($"{package} should be in {folder}, which is not there. Build the project again, or add the release again.");

    private static bool IsText(string path) => Path.GetExtension(path) is ".js" or ".mjs" or ".css" or ".json" or ".html" or ".svg" or ".txt";

    private static byte[] Rewritten(NpmPackage package, string source, byte[] bytes, string address, Dictionary<string, int> counts)
    {
        if (!IsText(source)) return bytes;
        string text;
        try
        {
            text = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new RuntimeAssetsException($"{Path.GetFileName(source)} of {package} is not UTF-8, so its addresses cannot be checked.", exception);
        }

        var rewritten = CdnLiterals.Rewrite(text, address, counts);
        if (CdnLiterals.OutsideHostIn(rewritten, address) is { } outside)
            throw new RuntimeAssetsException(
                $"{Path.GetFileName(source)} of {package} names {outside}, which this hub neither rewrites nor knows to be inert. Pages would leave the hub.");
        return ReferenceEquals(rewritten, text) ? bytes : StrictUtf8.GetBytes(rewritten);
    }

    private static async Task KeepAsync(string location, byte[] bytes, CancellationToken cancellation)
    {
        if (new FileInfo(location) is { Exists: true } kept && kept.Length == bytes.Length) return;
        Directory.CreateDirectory(Path.GetDirectoryName(location)!);
        await ReplaceAsync(location, bytes, cancellation);
    }

    private static async Task ReplaceAsync(string location, byte[] bytes, CancellationToken cancellation)
    {
        // A name of its own: two hubs may pack into one folder at the same moment.
        var temporary = $"{location}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
            {
                await stream.WriteAsync(bytes, cancellation);
            }

            File.Move(temporary, location, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static async Task<Manifest?> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) return null;
        await using var stream = File.OpenRead(path);
        try
        {
            return await JsonSerializer.DeserializeAsync<Manifest>(stream, JsonOptions, cancellation);
        }
        catch (JsonException)
        {
            // A power cut may leave a renamed file without its bytes; it is made again.
            return null;
        }
    }

    // What earlier hubs packed, and what killed ones left. One hub alone runs on a data folder, so nobody serves these.
    private static async Task SweepAsync(string folder, string current, DateTime before, CancellationToken cancellation)
    {
        HashSet<string> kept = new(StringComparer.Ordinal);
        foreach (var manifest in Directory.EnumerateFiles(Path.Combine(folder, "manifests")))
        {
            if (!string.Equals(manifest, current, StringComparison.Ordinal) && File.GetLastWriteTimeUtc(manifest) < before) File.Delete(manifest);
            else if (await ReadAsync(manifest, cancellation) is { } read) kept.UnionWith(read.Files.Select(file => file.Sha256));
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "files"), "*", SearchOption.AllDirectories))
            if (!kept.Contains(Path.GetFileName(file)) && File.GetLastWriteTimeUtc(file) < before) File.Delete(file);
    }

    // Lengths alone: hashing everything would cost a third of a second at each start. A serving hub that finds other bytes says so.
    private static bool AllThere(Manifest manifest, string filesFolder) => manifest.Files.All(file =>
        new FileInfo(RuntimeCatalog.LocationOf(filesFolder, file.Sha256)) is { Exists: true } kept && kept.Length == file.Length);

    private sealed record Manifest(string RuntimeUrl, RuntimeRelease[] Releases, RuntimeFile[] Files);
}
