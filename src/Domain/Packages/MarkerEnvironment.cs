using System.Globalization;

namespace PyScriptHub.Domain.Packages;

/// <summary>
/// What the variables of markers stand for in one interpreter (packaging.python.org, "Dependency specifiers", "Environment Markers").
/// </summary>
public sealed record MarkerEnvironment
{
    public required string ImplementationName { get; init; }

    public required string ImplementationVersion { get; init; }

    public required string OsName { get; init; }

    public required string PlatformMachine { get; init; }

    public required string PlatformPythonImplementation { get; init; }

    public required string PlatformRelease { get; init; }

    public required string PlatformSystem { get; init; }

    public required string PlatformVersion { get; init; }

    public required string PythonFullVersion { get; init; }

    /// <summary>Major and minor version of Python, <c>3.14</c>.</summary>
    public required string PythonVersion { get; init; }

    public required string SysPlatform { get; init; }

    /// <summary>The extra that is asked about; null where <c>extra</c> has no meaning, which makes it an error.</summary>
    public string? Extra { get; init; }

    /// <summary>The extras of a lock file's installation (PEP 751); null where <c>extras</c> has no meaning.</summary>
    public IReadOnlyCollection<string>? Extras { get; init; }

    /// <summary>The dependency groups of a lock file's installation (PEP 751); null where <c>dependency_groups</c> has no meaning.</summary>
    public IReadOnlyCollection<string>? DependencyGroups { get; init; }

    /// <summary>CPython as Pyodide builds it (PEP 776, "Platform Identification"; asked of Pyodide 0.29.3 and 314.0.5).</summary>
    /// <param name="python">The version of Python, <c>3.14.2</c>.</param>
    /// <param name="emscripten">The version of Emscripten, which Pyodide answers as the system's release: <c>5.0.3</c>.</param>
    public static MarkerEnvironment Pyodide(PackageVersion python, PackageVersion emscripten)
    {
        ArgumentNullException.ThrowIfNull(python);
        ArgumentNullException.ThrowIfNull(emscripten);
        return new()
        {
            ImplementationName = "cpython",
            ImplementationVersion = python.ToString(),
            OsName = "posix",
            PlatformMachine = "wasm32",
            PlatformPythonImplementation = "CPython",
            PlatformRelease = emscripten.ToString(),
            PlatformSystem = "Emscripten",
            PlatformVersion = "#1",
            PythonFullVersion = python.ToString(),
            PythonVersion = string.Create(CultureInfo.InvariantCulture, $"{python.ReleaseAt(0)}.{python.ReleaseAt(1)}"),
            SysPlatform = "emscripten",
        };
    }
}
