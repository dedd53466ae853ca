using System.Text;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What can be imported once a wheel is installed.</summary>
static class ImportNames
{
    /// <summary>More are a mistake.</summary>
    public const int Maximum = 500;

    // How deep a namespace's packages are looked for.
    private const int Deepest = 4;

    /// <summary>
    /// The modules and packages at the top. A folder that is no package is a namespace (PEP 420), which imports whatever is in it or
    /// not: its packages are named instead, <c>ruamel.yaml</c>.
    /// </summary>
    /// <param name="paths">The wheel's files.</param>
    /// <param name="topLevel">The content of <c>top_level.txt</c>, which setuptools writes; null where there is none.</param>
    public static IReadOnlyList<string> Of(IEnumerable<string> paths, byte[]? topLevel)
    {
        var modules = paths.Where(path => !IsAside(path)).Select(ModuleOf).OfType<string[]>().ToList();
        var all = Under(modules, 0).ToList();
        if (topLevel is not null)
        {
            var named = Encoding.UTF8.GetString(topLevel).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
            var kept = all.FindAll(name => named.Contains(name.Split('.')[0]));
            // A list that names nothing that is there is older than the wheel.
            if (kept.Count > 0) all = kept;
        }
        return [.. all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(Maximum)];
    }

    private static IEnumerable<string> Under(List<string[]> modules, int depth)
    {
        foreach (var group in modules.Where(module => module.Length > depth).GroupBy(module => module[depth], StringComparer.Ordinal))
        {
            var inside = group.ToList();
            var isPackage = inside.Exists(module => module.Length == depth + 1 || (module.Length == depth + 2 && module[^1] == "__init__"));
            if (isPackage || depth == Deepest) yield return string.Join('.', inside[0].Take(depth + 1));
            else
            {
                foreach (var name in Under(inside, depth + 1)) yield return name;
            }
        }
    }

    private static bool IsAside(string path)
    {
        var top = path.Split('/')[0];
        return path.Contains('/', StringComparison.Ordinal) && (top.EndsWith(".dist-info", StringComparison.Ordinal) || top.EndsWith(".data", StringComparison.Ordinal) || top.EndsWith(".libs", StringComparison.Ordinal));
    }

    // Null where the file is no module: data, or one in a folder that no import reaches.
    private static string[]? ModuleOf(string path)
    {
        var segments = path.Split('/');
        var file = segments[^1];
        if (!file.EndsWith(".py", StringComparison.Ordinal) && !file.EndsWith(".pyc", StringComparison.Ordinal) && !file.EndsWith(".so", StringComparison.Ordinal)) return null;
        // _speedups.cpython-314-wasm32-emscripten.so is the module _speedups.
        segments[^1] = file[..file.IndexOf('.', StringComparison.Ordinal)];
        return Array.TrueForAll(segments, IsIdentifier) ? segments : null;
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && name != "__pycache__" && !char.IsDigit(name[0]) && name.All(c => c == '_' || char.IsLetterOrDigit(c));
}
