using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>The status of a package in one interpreter of one release.</summary>
public sealed record PackageStatusEntry(Interpreter Interpreter, string RuntimeRelease, PackageStatus Status);

/// <summary>A package as lists show it.</summary>
/// <param name="Name">The normal form of PEP 503.</param>
/// <param name="DisplayName">As its own metadata writes it.</param>
/// <param name="Imports">The names that it gives to <c>import</c>.</param>
/// <param name="Statuses">For each interpreter and each release of this hub, newest first.</param>
public sealed record PackageSummary(string Name, string DisplayName, string? Summary, IReadOnlyList<string> Imports, IReadOnlyList<PackageStatusEntry> Statuses)
{
    /// <summary>The status in an interpreter of a release.</summary>
    public PackageStatus StatusIn(Interpreter interpreter, string release) =>
        Statuses.FirstOrDefault(entry => entry.Interpreter == interpreter && entry.RuntimeRelease == release)?.Status ?? PackageStatus.Unknown;
}

/// <summary>Reads what lists show of packages.</summary>
static class PackageRows
{
    /// <summary>The packages of these names, in their order.</summary>
    public static async Task<IReadOnlyList<PackageSummary>> ReadAsync(this HubDb db, IReadOnlyList<string> names, RuntimeCatalog runtime, CancellationToken ct)
    {
        var packages = await db.Packages.AsNoTracking().Where(package => names.Contains(package.Name)).ToDictionaryAsync(package => package.Name, StringComparer.Ordinal, ct);
        var modules = (await db.PackageModules.AsNoTracking().Where(row => names.Contains(row.Package)).ToListAsync(ct)).ToLookup(row => row.Package, row => row.Module, StringComparer.Ordinal);
        var statuses = (await db.PackageStatuses.AsNoTracking().Where(row => names.Contains(row.Package)).ToListAsync(ct))
            .ToDictionary(row => (row.Package, row.Interpreter, row.Release), row => row.Status);
        return [.. names.Where(packages.ContainsKey).Select(name => new PackageSummary(
            name, packages[name].DisplayName, packages[name].Summary, [.. modules[name].Order(StringComparer.Ordinal)],
            [.. from interpreter in Interpreters.All from release in runtime.Releases
                select new PackageStatusEntry(interpreter, release.Name, statuses.GetValueOrDefault((name, interpreter, release.Name)))]))];
    }
}
