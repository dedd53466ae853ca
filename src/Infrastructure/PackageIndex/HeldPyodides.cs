using System.Collections.Frozen;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>The versions of Pyodide that the hub holds, with what their <c>pyodide-lock.json</c> says.</summary>
/// <param name="locks">Version of Pyodide → where its lock file lies. They are read when they are first needed.</param>
public sealed class HeldPyodides(IReadOnlyDictionary<string, string> locks)
{
    private readonly Lazy<FrozenDictionary<string, HeldPyodide>> _read = new(() => locks.ToFrozenDictionary(
        entry => entry.Key, entry => HeldPyodide.Read(entry.Key, File.ReadAllBytes(entry.Value)), StringComparer.Ordinal));

    public IReadOnlyCollection<HeldPyodide> All => _read.Value.Values;

    /// <summary>A version; null where it is not held.</summary>
    public HeldPyodide? Find(string version) => _read.Value.GetValueOrDefault(version);

    /// <summary>Whether a wheel fits any of them.</summary>
    public bool Fits(WheelFileName wheel) => All.Any(pyodide => pyodide.Tags.Fits(wheel));

    /// <summary>Error: <c>unfit_wheel</c> for a wheel that fits none of them, with the reason; null where it fits.</summary>
    public Error? Refuse(string fileName, WheelFileName wheel)
    {
        if (Fits(wheel)) return null;
        var newest = All.MaxBy(pyodide => PackageVersion.TryParse(pyodide.Version))!;
        return new Error.Invalid("unfit_wheel", $"{FilePath.Show(fileName)} fits no Pyodide of this hub: it {newest.Tags.Refuse(wheel)!}.", "wheel");
    }
}

/// <summary>One version of Pyodide that the hub holds.</summary>
/// <param name="Tags">Which wheels it takes.</param>
/// <param name="ByName">The entries of its lock by the normal forms of their names.</param>
/// <param name="Files">File name → SHA-256, of all that its lock names.</param>
public sealed record HeldPyodide(
    string Version, PyodideLock Lock, WheelTags Tags, IReadOnlyDictionary<string, PyodideLockPackage> ByName, IReadOnlyDictionary<string, BlobHash> Files)
{
    /// <summary>What markers stand for in it.</summary>
    public MarkerEnvironment Environment => Lock.Info.Environment;

    /// <summary>Reads a lock that came with the hub or was added to it. Throws <see cref="InvalidDataException"/> where it cannot be read.</summary>
    public static HeldPyodide Read(string version, ReadOnlySpan<byte> json)
    {
        var read = PyodideLock.Parse(json);
        if (!read.IsOk) throw new InvalidDataException($"Pyodide {version}: {read.Error.Message}");
        var tags = read.Value.Info.Tags($"Pyodide {version}");
        if (!tags.IsOk) throw new InvalidDataException($"Pyodide {version}: {tags.Error.Message}");
        var byName = read.Value.Packages.ToFrozenDictionary(package => package.Name.Key, StringComparer.Ordinal);
        return new HeldPyodide(version, read.Value, tags.Value, byName, FilesOf(read.Value));
    }

    private static FrozenDictionary<string, BlobHash> FilesOf(PyodideLock read) =>
        read.Packages.DistinctBy(package => package.FileName, StringComparer.Ordinal)
            .ToFrozenDictionary(package => package.FileName, package => BlobHash.FromHex(package.Sha256), StringComparer.Ordinal);
}
