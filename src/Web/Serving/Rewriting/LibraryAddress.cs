using System.Text.RegularExpressions;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>What an address of an npm package asks for.</summary>
public enum LibraryForm
{
    /// <summary>A file as it lies in the package; without a path, the one that jsdelivr would choose.</summary>
    Jsdelivr,

    /// <summary>A file as it lies in the package; without a path, the one that unpkg would choose.</summary>
    Unpkg,

    /// <summary>An ES module that is made of the package, or of a part of it, with all that it needs.</summary>
    Module,
}

/// <summary>
/// An address of an npm package on jsdelivr, unpkg, esm.sh, esm.run or skypack. What <see cref="RuntimeAddress"/> reads is none, and
/// nor are Pyodide and MicroPython.
/// </summary>
/// <param name="Name">The package, with its scope.</param>
/// <param name="Range">A version, a range or a tag, as it is written; empty for the latest.</param>
/// <param name="Path">In the package; empty for what it is mainly; with a slash at its end, or <c>/</c>, for a prefix that others are appended to.</param>
/// <param name="Suffix">Query and fragment that are kept.</param>
/// <param name="Refusal">Why the hub serves nothing in its place, whatever it holds; null where it may.</param>
public sealed partial record LibraryAddress(LibraryForm Form, string Name, string Range, string Path, string Suffix, Sentence? Refusal = null)
{
    /// <summary>The longest address that is read, in characters.</summary>
    public const int LongestAddress = 600;

    private const int LongestRange = 100;
    private const int LongestPath = 400;

    private static readonly HashSet<string> s_runtime = new(StringComparer.OrdinalIgnoreCase)
    {
        "@pyscript/core", "polyscript", "coincident", "pyodide", "@micropython/micropython-webassembly-pyscript",
    };

    // How the module is to be built, in ways that come out as what the hub builds, or that say less than it does anyway.
    private static readonly HashSet<string> s_honoured = new(StringComparer.OrdinalIgnoreCase)
    {
        "bundle", "bundle-deps", "bundle-all", "no-bundle", "standalone", "module", "target", "pin", "min", "minify", "keep-names",
        "ignore-annotations", "ignore-require", "cjs-exports", "exports", "no-check", "no-dts", "dts", "sourcemap", "dev", "v",
    };

    // What esm.sh hands on as it is.
    private static readonly string[] s_plain =
        [".css", ".wasm", ".json", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".woff", ".woff2", ".ttf", ".html", ".txt", ".md", ".map"];

    /// <summary>Hosts that a page's own policy may name for them, beside those of <see cref="RuntimeAddress.Hosts"/>.</summary>
    public static IReadOnlyCollection<string> Hosts { get; } = ["cdn.jsdelivr.net", "unpkg.com", "www.unpkg.com", "esm.sh", "esm.run", "cdn.skypack.dev"];

    /// <summary>Whether it is a prefix: of an import map, or for what a script appends.</summary>
    public bool IsFolder => Path.EndsWith('/');

    /// <summary>What an administrator would add.</summary>
    public string Wanted => Range.Length == 0 ? Name : $"{Name}@{Range}";

    /// <summary>Reads an address: absolute, over http or https or whatever the page has; null for all others.</summary>
    public static LibraryAddress? Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var text = address.AsSpan().Trim(" \t\r\n\f");
        if (text.Length is < 14 or > LongestAddress) return null;
        if (text.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) text = text[6..];
        else if (text.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) text = text[5..];
        if (!text.StartsWith("//", StringComparison.Ordinal) || text.IndexOfAnyExceptInRange('!', '~') >= 0) return null;
        text = text[2..];
        var slash = text.IndexOf('/');
        if (slash < 0) return null;
        var host = text[..slash].ToString().ToLowerInvariant();
        if (!Hosts.Contains(host, StringComparer.Ordinal) || RuntimeAddress.Parse(address) is not null) return null;
        var path = text[(slash + 1)..].ToString();
        var end = path.IndexOfAny(['?', '#']);
        var suffix = end < 0 ? "" : path[end..];
        if (end >= 0) path = path[..end];
        var read = host switch
        {
            "cdn.jsdelivr.net" => OfJsdelivr(path, suffix),
            "unpkg.com" or "www.unpkg.com" => OfUnpkg(path, suffix),
            "esm.run" => AsModule(path, suffix),
            "cdn.skypack.dev" => OfSkypack(path, suffix),
            _ => OfEsmSh(path, suffix),
        };
        return read is null || s_runtime.Contains(read.Name) ? null : read;
    }

    private static LibraryAddress? OfJsdelivr(string path, string suffix)
    {
        if (path.StartsWith("combine/", StringComparison.Ordinal)) return Refused("It joins several files into one. Name each file by an address of its own.");
        if (path.StartsWith("gh/", StringComparison.Ordinal) || path.StartsWith("wp/", StringComparison.Ordinal)) return Refused("It is no npm package: the hub serves those alone.");
        if (!path.StartsWith("npm/", StringComparison.Ordinal) || Read(path[4..]) is not var (name, range, file)) return null;
        if (file is "+esm" || file.EndsWith("/+esm", StringComparison.Ordinal)) return new(LibraryForm.Module, name, range, file[..^4].TrimEnd('/'), Fragment(suffix));
        return new(LibraryForm.Jsdelivr, name, range, file, suffix);
    }

    private static LibraryAddress? OfUnpkg(string path, string suffix)
    {
        if (Read(path) is not var (name, range, file)) return null;
        if (Options(suffix).Contains("meta", StringComparer.OrdinalIgnoreCase)) return Refused("It asks unpkg for a list of files.", name, range);
        if (Options(suffix).Contains("module", StringComparer.OrdinalIgnoreCase) && !file.EndsWith('/')) return new(LibraryForm.Module, name, range, file, Fragment(suffix));
        return new(LibraryForm.Unpkg, name, range, file, suffix);
    }

    private static LibraryAddress? OfSkypack(string path, string suffix) =>
        path.StartsWith("-/", StringComparison.Ordinal) || path.StartsWith("pin/", StringComparison.Ordinal)
            ? Refused("It names a build of skypack's own. Write it without /pin/ or /-/.")
            : AsModule(path, suffix);

    private static LibraryAddress? OfEsmSh(string path, string suffix)
    {
        var first = path.Split('/')[0];
        if (first is "stable" || BuildNumber().IsMatch(first)) path = path[first.Length..].TrimStart('/');
        if (path.StartsWith("gh/", StringComparison.Ordinal) || path.StartsWith("jsr/", StringComparison.Ordinal) || path.StartsWith("pr/", StringComparison.Ordinal))
            return Refused("It is no npm package: the hub serves those alone.");
        if (path.StartsWith('*')) return Refused("The star in front leaves the package's dependencies out, which the hub does not.");
        if (Read(path) is not var (name, range, file)) return null;
        if (Options(suffix).Contains("raw", StringComparer.OrdinalIgnoreCase)) return new(LibraryForm.Unpkg, name, range, file, Fragment(suffix));
        return Array.Exists(s_plain, end => file.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            ? new(LibraryForm.Unpkg, name, range, file, Fragment(suffix))
            : AsModule(name, range, Unbuilt(name, file), suffix);
    }

    private static LibraryAddress? AsModule(string path, string suffix) =>
        Read(path) is var (name, range, file) ? AsModule(name, range, file.EndsWith("/+esm", StringComparison.Ordinal) || file is "+esm" ? file[..^4].TrimEnd('/') : file, suffix) : null;

    private static LibraryAddress AsModule(string name, string range, string file, string suffix)
    {
        if (file.EndsWith('/')) return Refused("A module is made for each file of this folder when it is asked for, which the hub does not. The same folder on cdn.jsdelivr.net/npm/ is served as it is.", name, range);
        return Options(suffix).FirstOrDefault(option => !s_honoured.Contains(option)) is { } option
            ? Refused($"The hub does not make modules by the option '{option}'.", name, range)
            : new(LibraryForm.Module, name, range, file, Fragment(suffix));
    }

    // `react@18.2.0/es2022/jsx-runtime.mjs` is what esm.sh calls its build of `react@18.2.0/jsx-runtime`.
    private static string Unbuilt(string name, string file)
    {
        var parts = file.Split('/');
        if (parts.Length < 2 || !BuildTarget().IsMatch(parts[0]) || !parts[^1].EndsWith(".mjs", StringComparison.Ordinal)) return file;
        var rest = string.Join('/', parts[1..])[..^4];
        if (rest.EndsWith(".bundle", StringComparison.Ordinal)) rest = rest[..^7];
        return rest == name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..] ? "" : rest;
    }

    // `@scope/name@range/path`; null for what cannot be a package, or leads out of it.
    private static (string Name, string Range, string File)? Read(string path)
    {
        var parts = path.Split('/');
        if (parts[0].StartsWith("%40", StringComparison.Ordinal)) parts[0] = "@" + parts[0][3..];
        var count = parts[0].StartsWith('@') ? 2 : 1;
        if (parts.Length < count || parts[0].Length == 0) return null;
        var package = string.Join('/', parts[..count]);
        var at = package.IndexOf('@', 1);
        var range = "";
        if (at < 0 && package.IndexOf("%40", 1, StringComparison.Ordinal) is > 0 and var coded) (package, range) = (package[..coded], package[(coded + 3)..]);
        else if (at > 0) (package, range) = (package[..at], package[(at + 1)..]);
        range = Uri.UnescapeDataString(range);
        var file = Uri.UnescapeDataString(string.Join('/', parts[count..]));
        if (parts.Length == count + 1 && parts[count].Length == 0) file = "/";
        if (package.Length > NpmRelease.NameLength || !PackageName().IsMatch(package)) return null;
        if (range.Length > LongestRange || !RangeCharacters().IsMatch(range) || !IsPath(file)) return null;
        return (package, range is "latest" ? "" : range, file);
    }

    private static bool IsPath(string file)
    {
        if (file is "" or "/") return true;
        if (file.Length > LongestPath || file.AsSpan().ContainsAny('\\', ':') || file.Any(char.IsControl)) return false;
        return file.TrimEnd('/').Split('/').All(part => part is not ("" or "." or "..")) && !file.EndsWith("//", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Options(string suffix)
    {
        var hash = suffix.IndexOf('#', StringComparison.Ordinal);
        var query = hash < 0 ? suffix : suffix[..hash];
        return query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(option => option.Split('=')[0]);
    }

    private static string Fragment(string suffix)
    {
        var hash = suffix.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? "" : suffix[hash..];
    }

    private static LibraryAddress Refused(Sentence why, string name = "", string range = "") => new(LibraryForm.Module, name, range, "", "", why);

    [GeneratedRegex(@"^(@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PackageName();

    [GeneratedRegex(@"^[A-Za-z0-9.*^~<>=|+ _-]*\z", RegexOptions.None, 1000)]
    private static partial Regex RangeCharacters();

    [GeneratedRegex(@"^v\d+\z", RegexOptions.None, 1000)]
    private static partial Regex BuildNumber();

    [GeneratedRegex(@"^(es20\d\d|esnext|deno|denonext|node)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BuildTarget();
}
