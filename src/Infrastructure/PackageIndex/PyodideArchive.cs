using System.Text.RegularExpressions;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What came of importing an archive.</summary>
/// <param name="Pyodide">The version whose archive it is.</param>
/// <param name="Added">Files that are held from now on.</param>
/// <param name="Held">Files that were held before.</param>
/// <param name="LeftOut">Files that its lock names and that are not what it says: name → why.</param>
/// <param name="Missing">Files that its lock names and that are not in it.</param>
public sealed record ArchiveImport(string Pyodide, int Added, int Held, IReadOnlyList<(string FileName, string Why)> LeftOut, IReadOnlyList<string> Missing);

/// <summary>
/// Holds the files of a Pyodide release's archive: all that stand in the <c>pyodide-lock.json</c> in it, with the SHA-256 that stands there.
/// One is in memory at a time.
/// </summary>
public sealed partial class PyodideArchive(HeldFiles held)
{
    /// <summary>The largest file that is taken, in bytes; those that there are have 60 MB.</summary>
    public const long MostBytes = 200_000_000;

    private const string LockName = "pyodide-lock.json";

    /// <summary>The lock in a folder or an archive; null where there is none. Throws <see cref="InvalidDataException"/> where the archive is damaged.</summary>
    public static async Task<Result<PyodideLock>?> FindLockAsync(string path, CancellationToken ct)
    {
        await foreach (var file in ArchivedFiles.ReadAsync(path, ct))
        {
            if (file.Name != LockName) continue;
            if (file.Length > PyodideLock.MaximumBytes) return PyodideLock.Parse(new byte[PyodideLock.MaximumBytes + 1]);
            return await file.ReadAsync(ct) is { } json ? PyodideLock.Parse(json) : new Error.Invalid("bad_lock", $"The file {LockName} is cut off.", "lock");
        }
        return null;
    }

    /// <summary>
    /// The version of Pyodide whose lock this is: the held one that names the very same files, else what the archive's name says; null where
    /// neither tells. What the lock says itself is a version of its build.
    /// </summary>
    public static string? VersionOf(PyodideLock archived, string path, IEnumerable<(string Version, PyodideLock Lock)> known)
    {
        ArgumentNullException.ThrowIfNull(archived);
        var files = FilesOf(archived);
        var same = known.FirstOrDefault(release => files.SetEquals(FilesOf(release.Lock)));
        if (same.Version is { } version) return version;
        return Named().Match(Path.GetFileName(Path.TrimEndingDirectorySeparator(path))) is { Success: true } match ? match.Groups["version"].Value : null;
    }

    /// <summary>Imports the archive. Throws <see cref="InvalidDataException"/> where it turns out to be damaged; what was held until then stays.</summary>
    /// <param name="progress">Told each file that was looked at: how many there were, of how many.</param>
    public async Task<ArchiveImport> ImportAsync(string path, string pyodide, PyodideLock archived, Action<int, int> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(archived);
        ArgumentNullException.ThrowIfNull(progress);
        var wanted = archived.Packages.DistinctBy(package => package.FileName, StringComparer.Ordinal).ToDictionary(package => package.FileName, StringComparer.Ordinal);
        var (all, added, before) = (wanted.Count, 0, 0);
        var leftOut = new List<(string, string)>();
        await foreach (var file in ArchivedFiles.ReadAsync(path, ct))
        {
            if (!wanted.Remove(file.Name, out var package)) continue;
            var kept = await KeepAsync(file, package, pyodide, Path.GetFileName(path), ct);
            if (!kept.IsOk) leftOut.Add((file.Name, kept.Error.Message));
            else if (kept.Value) added++;
            else before++;
            progress(all - wanted.Count, all);
        }
        return new ArchiveImport(pyodide, added, before, leftOut, [.. wanted.Keys.Order(StringComparer.Ordinal)]);
    }

    private async Task<Result<bool>> KeepAsync(ArchivedFile file, PyodideLockPackage package, string pyodide, string source, CancellationToken ct)
    {
        if (file.Length > MostBytes) return new Error.TooLarge($"The file '{FilePath.Show(file.Name)}'", MostBytes, file.Length);
        if (file.Name.Length > PackageFile.FileNameLength) return new Error.Invalid("bad_name", $"The file name is longer than {PackageFile.FileNameLength} characters.");
        if (await file.ReadAsync(ct) is not { } content) return new Error.Invalid("not_whole", "The archive ends within it, or says another length.");
        var hash = BlobHash.Of(content);
        if (hash != BlobHash.FromHex(package.Sha256)) return new Error.Invalid("wrong_hash", $"Its SHA-256 is {hash}; the lock says {package.Sha256}.");
        var described = new NewPackageFile(file.Name, content, package.Name, package.Version)
        {
            Origin = PackageFileOrigin.Archive,
            Source = source,
            Pyodide = pyodide,
            Modules = [.. package.Imports.Select(module => module.Split('.')[0]).Distinct(StringComparer.Ordinal)],
        };
        // The lock is the word on these files: one whose own record is not in order is loaded all the same, and so it is held.
        if (file.Name.EndsWith(".whl", StringComparison.Ordinal) && await NewPackageFile.OfWheelAsync(file.Name, content, PackageFileOrigin.Archive, source, ct) is { IsOk: true, Value: var wheel }
            && wheel.Name == package.Name)
        {
            described = wheel with { Pyodide = pyodide, Modules = [.. described.Modules.Union(wheel.Modules, StringComparer.Ordinal)] };
        }
        return await held.AddAsync(described, ct);
    }

    private static HashSet<(string, string)> FilesOf(PyodideLock read) => [.. read.Packages.Select(package => (package.FileName, package.Sha256))];

    [GeneratedRegex(@"\Apyodide-(?:core-)?(?<version>[0-9]+(?:\.[0-9]+)+(?:[A-Za-z0-9.]*[A-Za-z0-9])??)(?:\.tar(?:\.(?:bz2|gz))?|\.zip)?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Named();
}
