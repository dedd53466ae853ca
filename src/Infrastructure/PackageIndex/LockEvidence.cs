using System.Text.Json;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What the lock file of a Pyodide says of each of its entries; shared libraries and test suites are among them.</summary>
public static class LockEvidence
{
    private const string Tests = "-tests";

    /// <summary>The facts of a release.</summary>
    /// <param name="release">The runtime release that has this Pyodide.</param>
    /// <param name="at">When the lock was read.</param>
    public static IEnumerable<PackageFacts> Of(string release, string pyodide, PyodideLock locked, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(locked);
        var names = locked.Packages.Select(package => package.Name.Key).ToHashSet(StringComparer.Ordinal);
        return locked.Packages.Select(package => new PackageFacts(package.Name.Display, [Entry(package)]) { Modules = [.. package.Imports.Select(TopLevel).Distinct(StringComparer.Ordinal)] });

        EvidenceEntry Entry(PyodideLockPackage package) => EvidenceEntry.Of(
            package.Name.Key,
            new PackageEvidence(EvidenceKind.Lock, $"pyodide-lock.json of {pyodide}", Interpreter.Pyodide, release, package.Version, PackageStatus.Works, at, null),
            payload: JsonSerializer.Serialize(LockPayload.Of(package, pyodide, package.IsPackage && !IsTestSuite(package)), LockPayload.Json));

        // Tests are wheels since 0.29: named after the package that they are of, as archives were before.
        bool IsTestSuite(PyodideLockPackage package) =>
            package.Name.Key.EndsWith(Tests, StringComparison.Ordinal) && names.Contains(package.Name.Key[..^Tests.Length]);
    }

    private static string TopLevel(string module) => module.Split('.')[0];
}

/// <summary>What is kept of a lock's entry beside the fact itself.</summary>
/// <param name="Pyodide">The version whose lock it is.</param>
/// <param name="Depends">Normal forms of what it needs.</param>
/// <param name="PackageType"><c>package</c>, <c>shared_library</c> or <c>cpython_module</c>.</param>
/// <param name="IsPackage">Whether it is what somebody may ask for.</param>
public sealed record LockPayload(
    string Pyodide, IReadOnlyList<string> Depends, IReadOnlyList<string> Imports, string FileName, string Sha256, string PackageType, bool IsPackage)
{
    internal static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal static LockPayload Of(PyodideLockPackage package, string pyodide, bool isPackage) => new(
        pyodide, [.. package.Depends.Select(depend => depend.Key)], package.Imports, package.FileName, package.Sha256, package.PackageType, isPackage);

    /// <summary>Reads what was kept.</summary>
    public static LockPayload Read(string payload) => JsonSerializer.Deserialize<LockPayload>(payload, Json)!;
}
