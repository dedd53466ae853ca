using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Runtime.Assets.Packing;

/// <summary>What <see cref="RuntimeAdd"/> did.</summary>
/// <param name="Release">The calendar tag.</param>
/// <param name="Core">The npm version of core.</param>
/// <param name="Pyodide">What that core names.</param>
/// <param name="Micropython">What that core names.</param>
public sealed record AddedRuntime(string Release, string Core, string Pyodide, string Micropython);

/// <summary>
/// Fetches another release from an npm registry into the data folder: core, then the Pyodide and MicroPython that it names
/// itself. The file <c>releases/&lt;tag&gt;.json</c> is written last, so a release is there whole or not at all; the hub
/// packs it at its next start.
/// </summary>
public sealed class RuntimeAdd
{
    /// <summary>Where npm packages come from unless the hub is told otherwise.</summary>
    public static readonly Uri DefaultRegistry = new("https://registry.npmjs.org/");

    private const int LargestTarball = 64 * 1024 * 1024;
    private const int LargestDescription = 1024 * 1024;

    private readonly HttpClient _http;
    private readonly Uri _registry;
    private readonly string _folder;

    /// <param name="http">Should not follow redirects: the registry is the one host that is asked.</param>
    /// <param name="registry">The registry's base address.</param>
    /// <param name="folder">The folder that <see cref="RuntimeSources.Read"/> is given as the added one, for example <c>&lt;data&gt;/runtime</c>.</param>
    public RuntimeAdd(HttpClient http, Uri registry, string folder)
    {
        ArgumentNullException.ThrowIfNull(registry);
        (_http, _folder) = (http, folder);
        _registry = registry.AbsoluteUri.EndsWith('/') ? registry : new($"{registry.AbsoluteUri}/");
    }

    /// <summary>Fetches the release of this tag. Packages that are there already are not fetched again.</summary>
    /// <exception cref="RuntimeAssetsException">The tag is unknown, the registry lacks it, or its files are not what they should be.</exception>
    public async Task<AddedRuntime> AddAsync(string release, CancellationToken cancellation = default)
    {
        var known = KnownReleases.Find(release)
            ?? throw new RuntimeAssetsException($"There is no PyScript release '{release}' that this hub knows of. The newest is {KnownReleases.All[^1].Name}.");
        // Before anything is fetched: a core that nobody has looked at is refused.
        CdnLiterals.ExpectedIn(new(NpmPackage.Core, known.Core, ""));

        var core = await FetchAsync(NpmPackage.Core, known.Core, cancellation);
        var named = RuntimePacker.InterpretersOf(core.Package);
        List<(NpmPackage Package, string Integrity)> packages = [core];
        foreach (var (name, version) in named.All) packages.Add(await FetchAsync(name, version, cancellation));
        foreach (var (package, _) in packages) RuntimePacker.Check(package);

        var marker = JsonSerializer.SerializeToUtf8Bytes(new
        {
            release,
            packages = packages.Select(fetched => new { name = fetched.Package.Name, version = fetched.Package.Version, integrity = fetched.Integrity }),
        });
        var markerPath = AddedRelease.MarkerOf(_folder, release);
        Directory.CreateDirectory(Path.GetDirectoryName(markerPath)!);
        var temporary = $"{markerPath}.{Guid.NewGuid():N}.tmp";
        await File.WriteAllBytesAsync(temporary, marker, cancellation);
        File.Move(temporary, markerPath, overwrite: true);
        return new(release, known.Core, named.Pyodide, named.Micropython);
    }

    private async Task<(NpmPackage Package, string Integrity)> FetchAsync(string name, string version, CancellationToken cancellation)
    {
        var package = new NpmPackage(name, version, AddedRelease.FolderOf(_folder, name, version));
        // Written by the rename below alone, so a folder that is there is whole.
        var integrityPath = Path.Combine(package.Folder, ".integrity");
        if (File.Exists(integrityPath)) return (package, await File.ReadAllTextAsync(integrityPath, cancellation));

        var (tarball, integrity) = await DescriptionOfAsync(package, cancellation);
        var bytes = await GetAsync(tarball, LargestTarball, package, cancellation);
        var sha512 = integrity.Split(' ').FirstOrDefault(hash => hash.StartsWith("sha512-", StringComparison.Ordinal))
            ?? throw new RuntimeAssetsException($"The registry gives no sha512 for {package}, so it cannot be checked.");
        if (!string.Equals($"sha512-{Convert.ToBase64String(SHA512.HashData(bytes))}", sha512, StringComparison.Ordinal))
            throw new RuntimeAssetsException($"The bytes of {package} do not have the hash that the registry gives for them.");

        var temporary = Path.Combine(_folder, "npm", $".{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(temporary);
        try
        {
            NpmTarball.Unpack(bytes, temporary, package);
            await File.WriteAllTextAsync(Path.Combine(temporary, ".integrity"), sha512, cancellation);
            Directory.CreateDirectory(Path.GetDirectoryName(package.Folder)!);
            try
            {
                Directory.Move(temporary, package.Folder);
            }
            catch (IOException) when (File.Exists(integrityPath))
            {
                // Another 'runtime add' was faster.
            }
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }

        return (package, sha512);
    }

    private async Task<(Uri Tarball, string Integrity)> DescriptionOfAsync(NpmPackage package, CancellationToken cancellation)
    {
        var address = new Uri(_registry, $"{package.Name.Replace("/", "%2f", StringComparison.Ordinal)}/{package.Version}");
        try
        {
            using var json = JsonDocument.Parse(await GetAsync(address, LargestDescription, package, cancellation));
            var dist = json.RootElement.GetProperty("dist");
            var tarball = new Uri(dist.GetProperty("tarball").GetString()!, UriKind.Absolute);
            // A mirror may hand on the address of npm's own host; the one host to ask is the mirror.
            if (tarball.Host.Equals(DefaultRegistry.Host, StringComparison.OrdinalIgnoreCase)) tarball = new(_registry, tarball.AbsolutePath.TrimStart('/'));
            if (Uri.Compare(tarball, _registry, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) != 0)
                throw new RuntimeAssetsException($"The registry says that {package} lies on {tarball.Host}, which is another host.");
            return (tarball, dist.GetProperty("integrity").GetString()!);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or UriFormatException or ArgumentNullException or InvalidOperationException)
        {
            throw new RuntimeAssetsException($"{address} did not describe {package} as an npm registry does.", exception);
        }
    }

    private async Task<byte[]> GetAsync(Uri address, int limit, NpmPackage package, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.StatusCode == HttpStatusCode.NotFound) throw new RuntimeAssetsException($"The registry {_registry.Host} does not have {package}.");
            if (answer.StatusCode != HttpStatusCode.OK) throw new RuntimeAssetsException($"{address} answered {(int)answer.StatusCode}.");
            await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
            using MemoryStream bytes = new();
            var buffer = new byte[81920];
            int read;
            while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
            {
                if (bytes.Length + read > limit) throw new RuntimeAssetsException($"{address} is larger than {limit} bytes.");
                bytes.Write(buffer, 0, read);
            }

            return bytes.ToArray();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new RuntimeAssetsException($"{address} could not be fetched: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new RuntimeAssetsException($"{address} did not answer in {_http.Timeout.TotalSeconds:0} s.", exception);
        }
    }
}
