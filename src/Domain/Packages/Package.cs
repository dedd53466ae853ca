namespace PyScriptHub.Domain.Packages;

/// <summary>A distribution, or a module that comes with an interpreter, of which the hub knows something.</summary>
public sealed class Package
{
    /// <summary>The longest summary that is kept, in characters.</summary>
    public const int SummaryLength = 500;

    public Package(string name, string displayName) => (Name, DisplayName) = (name, displayName);

    /// <summary>The normal form of PEP 503: <see cref="PackageName.Key"/>.</summary>
    public string Name { get; private set; }

    /// <summary>The name as its own metadata writes it.</summary>
    public string DisplayName { get; private set; }

    /// <summary>What it is, in a line; null where no source said.</summary>
    public string? Summary { get; private set; }

    /// <summary>How many facts there are from browsers and locks: what is known well stands first where several names match.</summary>
    public int Weight { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }
}

/// <summary>That a package gives a module to import by this name.</summary>
public sealed class PackageModule
{
    /// <summary>The longest name of a module, in characters.</summary>
    public const int NameLength = 200;

    public PackageModule(string package, string module) => (Package, Module) = (package, module);

    /// <summary>The package's <see cref="Packages.Package.Name"/>.</summary>
    public string Package { get; private set; }

    /// <summary>The top-level name that <c>import</c> takes, in its own spelling: <c>PIL</c>.</summary>
    public string Module { get; private set; }
}

/// <summary>The status of a package in one interpreter of one release as its evidence gives it (<see cref="PackageStanding"/>); made anew whenever evidence is added.</summary>
public sealed class PackageStatusRow
{
    public PackageStatusRow(string package, SmokeRuns.Interpreter interpreter, string release, PackageStatus status) =>
        (Package, Interpreter, Release, Status) = (package, interpreter, release, status);

    public string Package { get; private set; }

    public SmokeRuns.Interpreter Interpreter { get; private set; }

    /// <summary>The calendar tag of the runtime release.</summary>
    public string Release { get; private set; }

    public PackageStatus Status { get; private set; }
}
