using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Runtime.Assets.Packing;

/// <summary>An npm package that lies unpacked in a folder.</summary>
/// <param name="Name">Its npm name, not the alias that it was installed under.</param>
/// <param name="Version">Its exact version.</param>
/// <param name="Folder">The folder that holds its <c>package.json</c>.</param>
public sealed record NpmPackage(string Name, string Version, string Folder)
{
    public const string Core = "@pyscript/core";
    public const string Pyodide = "pyodide";
    public const string Micropython = "@micropython/micropython-webassembly-pyscript";
    public const string Polyscript = "polyscript";
    public const string Coincident = "coincident";
    public const string BasicToml = "basic-toml";

    public override string ToString() => $"{Name}@{Version}";
}

/// <summary>What is to be packed: npm packages, the release tags to offer, and a fingerprint of both.</summary>
public sealed class RuntimeSources
{
    private RuntimeSources(IReadOnlyList<NpmPackage> packages, IReadOnlyList<string> releases, string defaultRelease, string fingerprint) =>
        (Packages, Releases, DefaultRelease, Fingerprint) = (packages, releases, defaultRelease, fingerprint);

    /// <summary>The packages that came with the hub, then those that were added.</summary>
    public IReadOnlyList<NpmPackage> Packages { get; }

    /// <summary>The calendar tags that are offered.</summary>
    public IReadOnlyList<string> Releases { get; }

    /// <summary>The tag of pages that name none.</summary>
    public string DefaultRelease { get; }

    /// <summary>Changes whenever packages or releases do; made from lock files alone, so that it costs nothing at start.</summary>
    public string Fingerprint { get; }

    /// <summary>
    /// The folder with the packages that come with the hub: <c>runtime-npm</c> beside a published executable, else the
    /// source folder that a development build remembers.
    /// </summary>
    public static string BundledFolder()
    {
        var published = Path.Combine(AppContext.BaseDirectory, "runtime-npm");
        if (Directory.Exists(published)) return published;
        var remembered = typeof(RuntimeSources).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => string.Equals(attribute.Key, "RuntimeNpmFolder", StringComparison.Ordinal))?.Value;
        if (remembered is not null && Directory.Exists(Path.Combine(remembered, "node_modules"))) return remembered;
        throw new RuntimeAssetsException(
            $"The runtime's npm packages are neither in {published} nor in {remembered ?? "a source folder"}. Build the project again: it installs them.");
    }

    /// <summary>Reads what came with the hub and what <c>runtime add</c> put into the data folder.</summary>
    /// <param name="bundledFolder">A folder with <c>package.json</c>, <c>package-lock.json</c> and <c>node_modules</c>.</param>
    /// <param name="addedFolder">The folder that <see cref="RuntimeAdd"/> writes, or null; it need not exist.</param>
    public static RuntimeSources Read(string bundledFolder, string? addedFolder)
    {
        var manifest = File.ReadAllBytes(Path.Combine(bundledFolder, "package.json"));
        using var json = JsonDocument.Parse(manifest);
        var releases = json.RootElement.GetProperty("pyscriptReleases").EnumerateArray().Select(tag => tag.GetString()!).ToList();
        var defaultRelease = releases[0];
        List<NpmPackage> packages = [];
        foreach (var dependency in json.RootElement.GetProperty("dependencies").EnumerateObject())
        {
            // "npm:@pyscript/core@0.7.31"
            var target = dependency.Value.GetString()!["npm:".Length..];
            var at = target.LastIndexOf('@');
            packages.Add(new(target[..at], target[(at + 1)..], Path.Combine(bundledFolder, "node_modules", dependency.Name)));
        }

        using var fingerprint = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        fingerprint.AppendData(manifest);
        fingerprint.AppendData(File.ReadAllBytes(Path.Combine(bundledFolder, "package-lock.json")));

        foreach (var added in AddedRelease.ReadAll(addedFolder))
        {
            if (!releases.Contains(added.Name, StringComparer.Ordinal)) releases.Add(added.Name);
            packages.AddRange(added.Packages.Where(package => !packages.Exists(known =>
                string.Equals(known.Name, package.Name, StringComparison.Ordinal) && string.Equals(known.Version, package.Version, StringComparison.Ordinal))));
            fingerprint.AppendData(Encoding.UTF8.GetBytes(added.Fingerprint));
        }

        return new(packages, releases, defaultRelease, Convert.ToHexStringLower(fingerprint.GetHashAndReset()));
    }

    /// <summary>The package of this name and version, or null.</summary>
    public NpmPackage? Find(string name, string version) => Packages.FirstOrDefault(package =>
        string.Equals(package.Name, name, StringComparison.Ordinal) && string.Equals(package.Version, version, StringComparison.Ordinal));
}

/// <summary>
/// A release in the data folder: <c>releases/&lt;tag&gt;.json</c>, written last by <see cref="RuntimeAdd"/>, names its
/// packages under <c>npm/&lt;name&gt;/&lt;version&gt;</c> with their integrity.
/// </summary>
internal sealed record AddedRelease(string Name, IReadOnlyList<NpmPackage> Packages, string Fingerprint)
{
    public static IEnumerable<AddedRelease> ReadAll(string? addedFolder)
    {
        if (addedFolder is null) yield break;
        var folder = Path.Combine(addedFolder, "releases");
        if (!Directory.Exists(folder)) yield break;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var bytes = File.ReadAllBytes(file);
            using var json = JsonDocument.Parse(bytes);
            var packages = json.RootElement.GetProperty("packages").EnumerateArray().Select(package =>
            {
                var name = package.GetProperty("name").GetString()!;
                var version = package.GetProperty("version").GetString()!;
                return new NpmPackage(name, version, FolderOf(addedFolder, name, version));
            });
            yield return new(json.RootElement.GetProperty("release").GetString()!, [.. packages], Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
    }

    public static string FolderOf(string addedFolder, string name, string version) => Path.Combine(addedFolder, "npm", name, version);

    public static string MarkerOf(string addedFolder, string release) => Path.Combine(addedFolder, "releases", $"{release}.json");
}
