using System.Collections.Frozen;
using System.Collections.Immutable;

namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>What the runtime host holds: releases, and files by their path. It does not change while the hub runs.</summary>
public sealed class RuntimeCatalog
{
    private readonly FrozenDictionary<string, RuntimeFile> _files;
    private readonly FrozenDictionary<string, RuntimeRelease> _releases;
    private readonly string _filesFolder;

    internal RuntimeCatalog(Uri runtimeUrl, string key, IEnumerable<RuntimeRelease> releases, IEnumerable<RuntimeFile> files, string filesFolder)
    {
        RuntimeUrl = runtimeUrl;
        Key = key;
        _filesFolder = filesFolder;
        Releases = [.. releases];
        Files = [.. files];
        _files = Files.ToFrozenDictionary(file => file.Path, StringComparer.Ordinal);
        _releases = Releases.ToFrozenDictionary(release => release.Name, StringComparer.Ordinal);
        Default = Releases.Single(release => release.IsDefault);
    }

    /// <summary>The absolute address that the packed files name as their host.</summary>
    public Uri RuntimeUrl { get; }

    /// <summary>Changes when any file may have: a hash of the inputs, the address and the packer's version.</summary>
    public string Key { get; }

    /// <summary>The releases that are served side by side, newest first.</summary>
    public ImmutableArray<RuntimeRelease> Releases { get; }

    /// <summary>The release of pages that name none.</summary>
    public RuntimeRelease Default { get; }

    /// <summary>All files, ordered by path.</summary>
    public ImmutableArray<RuntimeFile> Files { get; }

    /// <summary>The file at this path of the runtime host (with the leading slash), or null. Paths are compared exactly.</summary>
    public RuntimeFile? Find(string path) => _files.GetValueOrDefault(path);

    /// <summary>The held release of this tag, or one that has the very same core under another tag, or null.</summary>
    public RuntimeRelease? FindRelease(string name)
    {
        if (_releases.TryGetValue(name, out var release)) return release;
        return KnownReleases.Find(name) is { } known
            ? Releases.FirstOrDefault(held => string.Equals(held.Core, known.Core, StringComparison.Ordinal))
            : null;
    }

    /// <summary>Where the bytes of a file lie on this machine.</summary>
    public string LocationOf(RuntimeFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return LocationOf(_filesFolder, file.Sha256);
    }

    internal static string LocationOf(string filesFolder, string sha256) => Path.Combine(filesFolder, sha256[..2], sha256);
}
