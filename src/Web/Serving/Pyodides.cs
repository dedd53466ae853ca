using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Runtime.Assets.Packing;

namespace PyScriptHub.Web.Serving;

/// <summary>Where the lock files of the Pyodides lie that the hub holds, by version.</summary>
static class Pyodides
{
    private const string LockFile = "pyodide-lock.json";

    /// <summary>Those of what was packed, by the versions that releases name.</summary>
    public static IReadOnlyDictionary<string, string> LocksOf(RuntimeCatalog catalog) => catalog.Releases.Select(release => release.Pyodide).Distinct(StringComparer.Ordinal)
        .Select(version => (Version: version, File: catalog.Find($"/pyodide/{version}/{LockFile}"))).Where(pyodide => pyodide.File is not null)
        .ToDictionary(pyodide => pyodide.Version, pyodide => catalog.LocationOf(pyodide.File!), StringComparer.Ordinal);

    /// <summary>Those of the npm packages, for a verb that packs nothing.</summary>
    public static IReadOnlyDictionary<string, string> LocksOf(RuntimeSources sources) => sources.Packages.Where(package => package.Name == "pyodide")
        .Select(package => (package.Version, File: Path.Combine(package.Folder, LockFile))).Where(pyodide => File.Exists(pyodide.File))
        .ToDictionary(pyodide => pyodide.Version, pyodide => pyodide.File, StringComparer.Ordinal);
}
