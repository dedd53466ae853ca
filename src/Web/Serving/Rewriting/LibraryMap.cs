using System.Security.Cryptography;
using System.Text;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>Where the addresses of libraries of one publication lead: each to what it was resolved to.</summary>
public sealed class LibraryMap
{
    private readonly Dictionary<string, string> _paths;

    /// <param name="paths">An address as the project writes it → the path on the runtime origin.</param>
    public LibraryMap(IEnumerable<KeyValuePair<string, string>> paths)
    {
        _paths = new(paths, StringComparer.Ordinal);
        var lines = _paths.Select(pair => $"{pair.Key} {pair.Value}\n").Order(StringComparer.Ordinal);
        Tag = _paths.Count == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))))[..16];
    }

    /// <summary>Leads nothing anywhere.</summary>
    public static LibraryMap Empty { get; } = new([]);

    public bool IsEmpty => _paths.Count == 0;

    /// <summary>Tells this map from others; empty where it is.</summary>
    public string Tag { get; }

    /// <summary>The path on the runtime origin, or null where the address stays what it is.</summary>
    public string? Find(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return _paths.GetValueOrDefault(address) ?? _paths.GetValueOrDefault(address.Trim());
    }

    /// <summary>The path on the runtime origin of something in a package.</summary>
    /// <param name="path">A file, or a folder with a slash at its end; <c>/</c> is the package.</param>
    /// <param name="suffix">Query and fragment.</param>
    public static string PathOf(string name, string version, string path, string suffix)
    {
        ArgumentNullException.ThrowIfNull(path);
        var escaped = string.Join('/', path.TrimStart('/').Split('/').Select(part => part is "+esm" ? part : Uri.EscapeDataString(part)));
        return $"/npm/{name}@{version}/{escaped}{suffix}";
    }
}
