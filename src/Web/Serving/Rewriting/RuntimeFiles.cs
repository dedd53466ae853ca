namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>Which files the runtime origin has, by path; versions differ in what they hold, so nothing is guessed.</summary>
public sealed class RuntimeFiles
{
    private readonly HashSet<string> _paths;
    private readonly Dictionary<string, List<string>> _folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _versions = new(StringComparer.Ordinal);

    /// <summary>Takes the catalog's paths, for example <c>/pyscript/0.7.31/core.js</c>; a missing slash in front is added.</summary>
    public RuntimeFiles(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        _paths = [.. paths.Select(path => path.StartsWith('/') ? path : "/" + path)];
        foreach (var path in _paths)
        {
            var slash = path.LastIndexOf('/') + 1;
            Under(_folders, path[..slash]).Add(path[slash..]);
            if (path.Split('/') is ["", var product, var version, _, ..])
            {
                if (!_versions.TryGetValue(product, out var versions)) _versions[product] = versions = new(StringComparer.Ordinal);
                versions.Add(version);
            }
        }
    }

    /// <summary>Whether there is such a file, or, where the path ends in a slash, such a folder.</summary>
    public bool Has(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith('/') ? _folders.ContainsKey(path) : _paths.Contains(path);
    }

    /// <summary>The names of the files in a folder, sorted; the folder ends in a slash.</summary>
    public IEnumerable<string> In(string folder) =>
        _folders.TryGetValue(folder, out var names) ? names.Order(StringComparer.Ordinal) : [];

    /// <summary>The held versions of <c>polyscript</c>, <c>coincident</c>, <c>pyscript</c>, <c>pyodide</c> or <c>micropython</c>.</summary>
    public IEnumerable<string> Versions(string product) => _versions.TryGetValue(product, out var versions) ? versions : [];

    private static List<string> Under(Dictionary<string, List<string>> folders, string folder)
    {
        if (!folders.TryGetValue(folder, out var names)) folders[folder] = names = [];
        return names;
    }
}
