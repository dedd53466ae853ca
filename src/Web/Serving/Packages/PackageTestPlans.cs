using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>What a test of a package installs and imports.</summary>
/// <param name="Version">The version that is installed; null for what comes with the interpreter.</param>
/// <param name="Entry">What its config lists; null for what comes with the interpreter.</param>
public sealed record PackageTestPlan(string? Version, string? Entry, IReadOnlyList<string> Modules);

/// <summary>Says what a test of a package is made of, in one interpreter of one release: exactly the files that a page with it would get.</summary>
public sealed class PackageTestPlans(HubDb db, HeldFiles files, LockMaking making, PackageLockReader locks, Origins origins)
{
    // What a page without configs of its own resolves relative to.
    private const string Page = "index.html";

    /// <summary>
    /// The plan. Errors: <see cref="Error.NotFound"/>, what keeps the package from being locked, <c>no_pure_wheel</c> for MicroPython,
    /// <c>no_modules</c> where nothing is known to import.
    /// </summary>
    /// <param name="package">The normal form of the name.</param>
    public async Task<Result<PackageTestPlan>> MakeAsync(string package, Interpreter interpreter, RuntimeRelease release, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(release);
        var known = await db.Packages.AsNoTracking().SingleOrDefaultAsync(row => row.Name == package, ct);
        if (known is null) return new Error.NotFound("package");
        // Also what fails may be tried again, but what is only in Python's own list is no part of this interpreter.
        if (await db.PackageEvidence.AnyAsync(
            row => row.Package == package && row.Kind == EvidenceKind.Bundled && row.Interpreter == interpreter && row.Release == release.Name && row.Outcome != PackageStatus.Fails, ct))
            return new PackageTestPlan(null, null, [known.DisplayName]);
        return interpreter is Interpreter.Pyodide ? await LockedAsync(package, release, ct) : await PureAsync(package, ct);
    }

    private async Task<Result<PackageTestPlan>> LockedAsync(string package, RuntimeRelease release, CancellationToken ct)
    {
        var made = await making.MakeAsync(Manifest.Empty, release, [new ListedPackage(package, Page)], ct);
        if (made.Problems.Length > 0) return new Error.Invalid(made.Problems[0].Code, made.Problems[0].Message);
        var locked = made.LockId is { } id && await locks.FindAsync(id, ct) is { } document
            ? document.Packages.FirstOrDefault(candidate => candidate.Name == package)
            : null;
        if (locked is null) return new Error.Invalid("not_lockable", $"This hub has no lock of Pyodide {release.Pyodide}, by which {package} could be installed.");
        return await PlanAsync(package, locked.Version, package, locked.Imports, ct);
    }

    // MicroPython takes the address of a wheel, and asks for nothing that the wheel needs.
    private async Task<Result<PackageTestPlan>> PureAsync(string package, CancellationToken ct)
    {
        var wheels = (await files.ListAsync(package, ct)).Where(file => file.Yanked is null && WheelFileName.Parse(file.FileName) is { IsOk: true, Value.IsPure: true });
        if (wheels.MaxBy(file => PackageVersion.TryParse(file.Version)) is not { } wheel)
            return new Error.Invalid("no_pure_wheel", $"{package} does not come with MicroPython, and this hub holds no pure-Python wheel of it. An administrator can add one: packages add <wheel>.");
        return await PlanAsync(package, wheel.Version, $"{origins.Runtime}/packages/{wheel.Hash}/{Uri.EscapeDataString(wheel.FileName)}", wheel.Modules, ct);
    }

    private async Task<Result<PackageTestPlan>> PlanAsync(string package, string version, string entry, IReadOnlyList<string> modules, CancellationToken ct)
    {
        if (modules.Count == 0) modules = await db.PackageModules.Where(row => row.Package == package).Select(row => row.Module).Order().ToListAsync(ct);
        if (modules.Count == 0) return new Error.Invalid("no_modules", $"Nothing is known that {package} {version} gives to import, so that a test would show nothing.");
        return new PackageTestPlan(version, entry, modules);
    }
}
