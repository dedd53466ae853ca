using System.Collections.Concurrent;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A version of Pyodide that the hub serves, with its lock.</summary>
/// <param name="Tags">The wheels that it takes.</param>
/// <param name="ByName">The entries of its lock by the normal forms of their names.</param>
public sealed record PyodideRelease(string Version, PyodideLock Lock, WheelTags Tags, IReadOnlyDictionary<string, PyodideLockPackage> ByName)
{
    public MarkerEnvironment Environment => Lock.Info.Environment;
}

/// <summary>The versions of Pyodide that the hub serves; each lock is read once.</summary>
/// <param name="lockFiles">Version → where its <c>pyodide-lock.json</c> lies on this machine.</param>
public sealed class PyodideReleases(IReadOnlyDictionary<string, string> lockFiles)
{
    private readonly ConcurrentDictionary<string, PyodideRelease> _read = new(StringComparer.Ordinal);

    /// <summary>The versions, as the runtime has them.</summary>
    public IEnumerable<string> Versions => lockFiles.Keys;

    /// <summary>All of them.</summary>
    public IEnumerable<PyodideRelease> All => Versions.Select(version => Find(version)!);

    /// <summary>One of them; null where the hub does not serve it.</summary>
    public PyodideRelease? Find(string version) => lockFiles.TryGetValue(version, out var path) ? _read.GetOrAdd(version, Read, path) : null;

    private static PyodideRelease Read(string version, string path)
    {
        var read = PyodideLock.Parse(File.ReadAllBytes(path));
        if (!read.IsOk) throw new InvalidDataException($"{path}: {read.Error.Message}");
        var tags = read.Value.Info.Tags($"Pyodide {version}");
        if (!tags.IsOk) throw new InvalidDataException($"{path}: {tags.Error.Message}");
        return new PyodideRelease(version, read.Value, tags.Value, read.Value.Packages.ToDictionary(package => package.Name.Key, StringComparer.Ordinal));
    }
}
