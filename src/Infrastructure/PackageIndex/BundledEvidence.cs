using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What was found of the modules that come with the interpreters; each is a package under its import name.</summary>
public static class BundledEvidence
{
    /// <summary>The facts of all releases that were tried.</summary>
    public static IEnumerable<PackageFacts> Of(IEnumerable<BundledModule> modules) =>
        modules.GroupBy(module => module.Name, StringComparer.Ordinal).Select(module => new PackageFacts(
            module.Key,
            [.. module.Where(found => !IsPackage(found)).Select(found => EvidenceEntry.Of(PackageName.NormalForm(found.Name), found.ToEvidence()))])
        {
            Modules = [module.Key.Split('.')[0]],
        });

    // What fails without a config and is a package of the same name, as sqlite3 is: that it must be asked for says nothing against it,
    // and the lock says that it is there.
    private static bool IsPackage(BundledModule found) => found.Detail is not null && found.Detail == BundledFinding.InLock(found.Name).Detail;
}
