using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>The file <c>pyodide-lock.json</c> of one Pyodide, from 0.24 on: what its distribution holds.</summary>
/// <param name="Packages">In the file's order. Test suites (<c>numpy-tests</c>) and shared libraries are among them.</param>
public sealed record PyodideLock(PyodideLockInfo Info, IReadOnlyList<PyodideLockPackage> Packages)
{
    /// <summary>The largest file that is read, in bytes: those that there are have about 120,000.</summary>
    public const int MaximumBytes = 10_000_000;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads the file. Error: <c>bad_lock</c>.</summary>
    public static Result<PyodideLock> Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaximumBytes) return Bad($"is larger than {MaximumBytes} bytes");
        Content? content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(json, s_json);
        }
        catch (JsonException exception)
        {
            return Bad($"is not JSON of the form that Pyodide reads: {FilePath.Show(exception.Message)}");
        }
        if (content is null) return Bad("is empty");
        if (PackageVersion.TryParse(content.Info.Python) is null) return Bad($"names no version of Python but '{FilePath.Show(content.Info.Python)}'");
        if (content.Info.Emscripten is null) return Bad($"names no version of Emscripten but '{FilePath.Show(content.Info.Platform)}'");
        var packages = new List<PyodideLockPackage>(content.Packages.Count);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, package) in content.Packages)
        {
            // What stands in lists and maps is not looked at by the serializer.
            if (package is null || package.Depends.Contains(null!) || package.Imports.Contains(null!)) return Bad($"has a package '{FilePath.Show(key)}' with a null in it");
            var name = PackageName.Parse(package.Name);
            if (!name.IsOk || !keys.Add(name.Value.Key)) return Bad($"has a package '{FilePath.Show(key)}' whose name is none, or there twice");
            var depends = package.Depends.Select(PackageName.Parse).ToList();
            if (depends.Exists(depend => !depend.IsOk)) return Bad($"has a package '{FilePath.Show(key)}' that depends on what has no name");
            if (package.Sha256.Length != 64 || !package.Sha256.All(char.IsAsciiHexDigitLower)) return Bad($"has a package '{FilePath.Show(key)}' without a SHA-256");
            if (package.FileName is "" or "." or ".." || package.FileName.Any(c => c is '/' or '\\' || char.IsControl(c)))
                return Bad($"has a package '{FilePath.Show(key)}' whose file has no plain name");
            packages.Add(new(
                name.Value, package.Version, package.FileName, package.Sha256, depends.ConvertAll(depend => depend.Value), package.Imports,
                package.InstallDir, package.PackageType, package.UnvendoredTests));
        }
        return new PyodideLock(content.Info, packages);
    }

    private static Error.Invalid Bad(Sentence why) => new("bad_lock", $"The file pyodide-lock.json {why}.", "lock");

    private sealed record Content(PyodideLockInfo Info, Dictionary<string, Entry?> Packages);

    private sealed record Entry(
        string Name, string Version, string FileName, string Sha256, List<string> Depends, List<string> Imports, string InstallDir, string PackageType,
        bool UnvendoredTests = false);
}

/// <summary>What the lock is for.</summary>
/// <param name="Arch"><c>wasm32</c>.</param>
/// <param name="Platform"><c>emscripten_5_0_3</c>.</param>
/// <param name="Python"><c>3.14.2</c>.</param>
/// <param name="AbiVersion"><c>2026_0</c>; null before Pyodide had one, in 0.24.</param>
/// <param name="Version">Of the distribution; 0.29.0 and 0.29.3 say <c>0.28.0.dev0</c> here, and 314.0.5 nothing.</param>
public sealed record PyodideLockInfo(string Arch, string Platform, string Python, string? AbiVersion = null, string? Version = null)
{
    private const string EmscriptenPrefix = "emscripten_";

    // Since this ABI the platform is named as PEP 783 has it.
    private const int FirstStandardYear = 2026;

    /// <summary>
    /// The platform tags that wheels for it may have, the most preferred first, as <c>packaging.tags</c> answers them inside (asked of 0.29.3
    /// and 314.0.5, by <c>PYEMSCRIPTEN_ABI_VERSION</c>, <c>PYODIDE_ABI_VERSION</c> and <c>sysconfig.get_platform()</c>):
    /// <c>pyemscripten_2026_0_wasm32</c> since 314, <c>pyodide_2025_0_wasm32</c> since there is an ABI version, and in each
    /// <c>emscripten_4_0_9_wasm32</c>, which is all that 0.24 has.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<string> Platforms
    {
        get
        {
            var platforms = new List<string>();
            if (AbiVersion is not null)
            {
                if (int.TryParse(AbiVersion.Split('_')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year >= FirstStandardYear) platforms.Add($"pyemscripten_{AbiVersion}_{Arch}");
                platforms.Add($"pyodide_{AbiVersion}_{Arch}");
            }
            platforms.Add($"{Platform}_{Arch}");
            return platforms;
        }
    }

    /// <summary>The version of Emscripten, out of <see cref="Platform"/>; null where it says none.</summary>
    [JsonIgnore]
    public PackageVersion? Emscripten => Platform.StartsWith(EmscriptenPrefix, StringComparison.Ordinal)
        ? PackageVersion.TryParse(Platform[EmscriptenPrefix.Length..].Replace('_', '.')) : null;

    /// <summary>The tags of wheels that fit. Error: <c>bad_python</c>.</summary>
    /// <param name="interpreter">What people call it, <c>Pyodide 314.0.5</c>: the lock does not know.</param>
    public Result<WheelTags> Tags(string interpreter) => WheelTags.Of(interpreter, PackageVersion.TryParse(Python)!, Platforms);

    /// <summary>What markers stand for in it.</summary>
    [JsonIgnore]
    public MarkerEnvironment Environment => MarkerEnvironment.Pyodide(PackageVersion.TryParse(Python)!, Emscripten!);
}

/// <summary>A package of the distribution.</summary>
/// <param name="Version">As it is written: shared libraries have some outside PEP 440, <c>1.1.1n</c>.</param>
/// <param name="FileName">A wheel, or an archive of a test suite or a shared library, beside the lock.</param>
/// <param name="Sha256">In lower-case hexadecimal digits.</param>
/// <param name="Depends">Names of other packages of the lock, in whatever spelling.</param>
/// <param name="Imports">What it can be imported as.</param>
/// <param name="InstallDir"><c>site</c>, <c>dynlib</c> or <c>stdlib</c>.</param>
/// <param name="PackageType"><c>package</c>, <c>shared_library</c> or <c>cpython_module</c>.</param>
/// <param name="UnvendoredTests">Whether its tests are a package of their own.</param>
public sealed record PyodideLockPackage(
    PackageName Name, string Version, string FileName, string Sha256, IReadOnlyList<PackageName> Depends, IReadOnlyList<string> Imports, string InstallDir,
    string PackageType, bool UnvendoredTests)
{
    /// <summary>Whether it is what somebody may ask for: no shared library and no test suite.</summary>
    public bool IsPackage => PackageType != "shared_library" && !IsTestSuite;

    /// <summary>Whether it is the tests of another package.</summary>
    public bool IsTestSuite => Name.Key.EndsWith("-tests", StringComparison.Ordinal) && !FileName.EndsWith(".whl", StringComparison.Ordinal);

    /// <summary>What the resolver chooses from.</summary>
    /// <param name="origin">The lock's, with <see cref="PackageOrigin.IsLock"/>.</param>
    public Candidate AsCandidate(PackageOrigin origin) => new(Name, Version, origin, new CandidateFile(FileName, Sha256));

    /// <summary>What it needs.</summary>
    public PackageNeeds Needs => PackageNeeds.OfLock(Depends);
}
