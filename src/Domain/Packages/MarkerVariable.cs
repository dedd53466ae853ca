using System.Collections.Frozen;

namespace PyScriptHub.Domain.Packages;

/// <summary>How the values of a variable compare: the column "Type" of the table in "Environment Markers".</summary>
enum MarkerType
{
    String,

    /// <summary>As versions where both sides are, else as strings.</summary>
    Version,

    /// <summary>A name by its normal form (PEP 685).</summary>
    Extra,

    /// <summary>Names by their normal forms, of which one is asked for.</summary>
    Set,
}

/// <summary>A variable of markers.</summary>
/// <param name="Values">What it stands for: one value, or those of a set; null where it has no meaning.</param>
sealed record MarkerVariable(string Name, MarkerType Type, Func<MarkerEnvironment, IReadOnlyCollection<string>?> Values)
{
    private static readonly FrozenDictionary<string, MarkerVariable> s_all = new MarkerVariable[]
    {
        Of("implementation_name", MarkerType.String, at => at.ImplementationName),
        Of("implementation_version", MarkerType.Version, at => at.ImplementationVersion),
        Of("os_name", MarkerType.String, at => at.OsName),
        Of("platform_machine", MarkerType.String, at => at.PlatformMachine),
        Of("platform_python_implementation", MarkerType.String, at => at.PlatformPythonImplementation),
        Of("platform_release", MarkerType.Version, at => at.PlatformRelease),
        Of("platform_system", MarkerType.String, at => at.PlatformSystem),
        Of("platform_version", MarkerType.String, at => at.PlatformVersion),
        Of("python_full_version", MarkerType.Version, at => at.PythonFullVersion),
        Of("python_version", MarkerType.Version, at => at.PythonVersion),
        Of("sys_platform", MarkerType.String, at => at.SysPlatform),
        Of("extra", MarkerType.Extra, at => at.Extra),
        new("extras", MarkerType.Set, at => at.Extras),
        new("dependency_groups", MarkerType.Set, at => at.DependencyGroups),
    }.ToFrozenDictionary(variable => variable.Name, StringComparer.Ordinal);

    // How PEP 345 spelled them, and setuptools before it: old metadata still does.
    private static readonly FrozenDictionary<string, string> s_aliases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["os.name"] = "os_name",
        ["sys.platform"] = "sys_platform",
        ["platform.machine"] = "platform_machine",
        ["platform.python_implementation"] = "platform_python_implementation",
        ["platform.version"] = "platform_version",
        ["python_implementation"] = "platform_python_implementation",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The variable of a name or of one of its old spellings; null where there is none.</summary>
    public static MarkerVariable? Find(string name) => s_all.GetValueOrDefault(s_aliases.GetValueOrDefault(name, name));

    private static MarkerVariable Of(string name, MarkerType type, Func<MarkerEnvironment, string?> value) =>
        new(name, type, at => value(at) is { } one ? [one] : null);
}
