using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What was found of the modules that come with the interpreters; each is a package under its import name.</summary>
public static class BundledEvidence
{
    /// <summary>The facts of all releases that were tried.</summary>
    /// <param name="isLocked">Whether a release's lock has a package of this normal form.</param>
    public static IEnumerable<PackageFacts> Of(IEnumerable<BundledModule> modules, Func<string, string, bool> isLocked) =>
        modules.GroupBy(module => module.Name, StringComparer.Ordinal).Select(module => new PackageFacts(
            module.Key,
            [.. module.Where(found => !IsPackage(found, isLocked)).Select(found => EvidenceEntry.Of(PackageName.NormalForm(found.Name), found.ToEvidence()))])
        {
            Modules = [module.Key.Split('.')[0]],
        });

    /// <summary>
    /// Whether what fails without a config is a package of the same name, as <c>sqlite3</c> is: that it must be asked for says nothing
    /// against it, and the lock says that it is there.
    /// </summary>
    private static bool IsPackage(BundledModule found, Func<string, string, bool> isLocked) =>
        found is { Outcome: PackageStatus.Fails, Interpreter: Interpreter.Pyodide } && isLocked(found.Release, PackageName.NormalForm(found.Name));
}
