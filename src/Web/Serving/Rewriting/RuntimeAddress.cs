using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>What the hub serves in the place of another host.</summary>
public enum RuntimeProduct
{
    /// <summary><c>@pyscript/core</c>: its <c>dist</c> folder.</summary>
    PyScript,

    /// <summary><c>polyscript</c>: its package tree.</summary>
    PolyScript,

    /// <summary><c>coincident</c>: its package tree.</summary>
    Coincident,
}

/// <summary>
/// An address of PyScript, PolyScript or Coincident on pyscript.net, jsdelivr, unpkg, esm.sh or esm.run.
/// Addresses of Pyodide and MicroPython are none: a page that loads these by itself also loads wheels from beside them.
/// </summary>
/// <param name="Product">What it is an address of.</param>
/// <param name="Version">What it says of the version.</param>
/// <param name="File">The path below the product's root; empty where the address is of the bare package, and of the root where <paramref name="IsFolder"/>.</param>
/// <param name="IsFolder">Whether it ends in a slash: the prefix of an import map, or what a script appends to.</param>
/// <param name="Suffix">Query and fragment that are kept.</param>
public sealed record RuntimeAddress(RuntimeProduct Product, NamedVersion Version, string File, bool IsFolder, string Suffix)
{
    private const int LongestAddress = 2048;

    private static readonly (string Package, RuntimeProduct Product)[] Packages =
    [
        ("@pyscript/core", RuntimeProduct.PyScript), ("polyscript", RuntimeProduct.PolyScript), ("coincident", RuntimeProduct.Coincident),
    ];

    /// <summary>Hosts whose addresses may be rewritten, for the lists of a page's own Content-Security-Policy.</summary>
    public static IReadOnlyCollection<string> Hosts { get; } =
        ["pyscript.net", "www.pyscript.net", "cdn.jsdelivr.net", "unpkg.com", "esm.sh", "esm.run"];

    /// <summary>Whether this is the entry that starts PyScript, so that its version is the page's.</summary>
    public bool IsCore => Product is RuntimeProduct.PyScript && !IsFolder && File is "core.js";

    /// <summary>Whether this is of the PyScript of 2022 and 2023, which no held release has.</summary>
    public bool IsLegacy => Product is RuntimeProduct.PyScript && File.StartsWith("pyscript.", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an address: absolute, over http or https or whatever the page has; null for all others.</summary>
    public static RuntimeAddress? Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var text = address.AsSpan().Trim(" \t\r\n\f");
        if (text.Length is < 12 or > LongestAddress) return null;
        if (text.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) text = text[6..];
        else if (text.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) text = text[5..];
        if (!text.StartsWith("//", StringComparison.Ordinal)) return null;
        text = text[2..];

        var slash = text.IndexOf('/');
        if (slash < 0) return null;
        var host = text[..slash].ToString().ToLowerInvariant();
        var path = text[(slash + 1)..].ToString();
        var end = path.IndexOfAny(['?', '#']);
        var suffix = end < 0 ? "" : path[end..];
        if (end >= 0) path = path[..end];

        return host switch
        {
            "pyscript.net" or "www.pyscript.net" => OfPyScriptNet(path, suffix),
            "cdn.jsdelivr.net" => path.StartsWith("npm/", StringComparison.Ordinal) ? OfNpm(path[4..], suffix) : null,
            // A query says there how the file is to be built (`?module`, `?bundle`), which the hub's files need not.
            "unpkg.com" or "www.unpkg.com" or "esm.run" => OfNpm(path, Fragment(suffix)),
            "esm.sh" => OfNpm(WithoutBuild(path), Fragment(suffix)),
            _ => null,
        };
    }

    /// <summary>The path on the runtime origin, suffix included; null where the hub has nothing in its place.</summary>
    /// <param name="release">The page's release.</param>
    /// <param name="files">What the runtime origin has.</param>
    public string? PathIn(RuntimeRelease release, RuntimeFiles files)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(files);
        var product = Product switch
        {
            RuntimeProduct.PyScript => "pyscript",
            RuntimeProduct.PolyScript => "polyscript",
            _ => "coincident",
        };
        var version = Product is RuntimeProduct.PyScript ? release.Core : ReleaseResolution.ResolvePackage(files.Versions(product), Version);
        if (version is null) return null;
        var root = $"/{product}/{version}/";
        var found = IsFolder
            ? root + (File.Length == 0 ? "" : File + "/")
            : Candidates().Select(candidate => root + candidate).FirstOrDefault(files.Has);
        return found is not null && files.Has(found) ? found + Suffix : null;
    }

    private IEnumerable<string> Candidates()
    {
        var name = File;
        var minified = name.Replace(".min.js", ".js", StringComparison.Ordinal).Replace(".min.css", ".css", StringComparison.Ordinal);
        switch (Product)
        {
            case RuntimeProduct.PyScript:
                return [name, minified];
            case RuntimeProduct.PolyScript when name.Length == 0:
                return ["dist/index.js"];
            case RuntimeProduct.Coincident when name.Length == 0:
                return ["dist/main.js"];
            default:
                // Names of the package's exports (`coincident/window/main`) come before files: the dist ones need no bundler.
                return name.Contains('.', StringComparison.Ordinal) ? [name, minified] : [$"dist/{name}.js", $"{name}.js", name];
        }
    }

    private static RuntimeAddress? OfPyScriptNet(string path, string suffix)
    {
        var parts = path.Split('/');
        NamedVersion? version = parts switch
        {
            ["releases", { Length: > 0 } tag, _, ..] => new NamedVersion.Tag(tag),
            ["latest" or "unstable", _, ..] => new NamedVersion.Unspecified(parts[0]),
            ["snapshots", _, _, ..] => new NamedVersion.Unspecified(string.Join('/', parts[..^1])),
            _ => null,
        };
        if (version is null) return null;
        var file = parts[0] switch
        {
            "releases" => string.Join('/', parts[2..]),
            "snapshots" => parts[^1],
            _ => string.Join('/', parts[1..]),
        };
        return Make(RuntimeProduct.PyScript, version, file, suffix);
    }

    private static RuntimeAddress? OfNpm(string path, string suffix)
    {
        if (path.StartsWith("%40", StringComparison.Ordinal)) path = "@" + path[3..];
        foreach (var (package, product) in Packages)
        {
            if (!path.StartsWith(package, StringComparison.Ordinal)) continue;
            var rest = path[package.Length..];
            NamedVersion version = new NamedVersion.Unspecified("");
            if (rest.StartsWith('@') || rest.StartsWith("%40", StringComparison.Ordinal))
            {
                rest = rest[(rest[0] == '@' ? 1 : 3)..];
                var slash = rest.IndexOf('/', StringComparison.Ordinal);
                var text = Uri.UnescapeDataString(slash < 0 ? rest : rest[..slash]);
                version = text is "" or "latest" ? new NamedVersion.Unspecified(text) : new NamedVersion.Npm(text);
                rest = slash < 0 ? "" : rest[slash..];
            }

            if (rest.Length > 0 && rest[0] != '/') return null;
            return OfPackage(product, version, rest.TrimStart('/'), isRoot: rest is "/", suffix);
        }

        return null;
    }

    private static RuntimeAddress? OfPackage(RuntimeProduct product, NamedVersion version, string file, bool isRoot, string suffix)
    {
        if (file is "+esm") file = "";
        if (file.EndsWith("/+esm", StringComparison.Ordinal)) file = file[..^5];
        if (product is not RuntimeProduct.PyScript)
        {
            if (file is "esm/index.js" or "index.js" or "jsdelivr.js") file = "";
            return isRoot ? new(product, version, "", IsFolder: true, suffix) : Make(product, version, file, suffix);
        }

        // The runtime has core's dist folder alone; what the package exports by other names is in it.
        return file switch
        {
            "" when isRoot => null,
            "" or "index.js" or "jsdelivr.js" or "js" => Make(product, version, "core.js", suffix),
            "css" => Make(product, version, "core.css", suffix),
            "storage" => Make(product, version, "storage.js", suffix),
            _ when file.StartsWith("dist/", StringComparison.Ordinal) => Make(product, version, file[5..], suffix),
            _ => null,
        };
    }

    private static RuntimeAddress Make(RuntimeProduct product, NamedVersion version, string file, string suffix) =>
        file.EndsWith('/') || (file.Length == 0 && product is RuntimeProduct.PyScript)
            ? new(product, version, file.TrimEnd('/'), IsFolder: true, suffix)
            : new(product, version, file, IsFolder: false, suffix);

    // esm.sh takes `stable/` or the number of its build in front, and a star for "dependencies left out".
    private static string WithoutBuild(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : path[..slash];
        if (first is "stable" || (first.Length > 1 && first[0] == 'v' && first[1..].All(char.IsAsciiDigit))) path = path[(slash + 1)..];
        return path.TrimStart('*');
    }

    private static string Fragment(string suffix)
    {
        var hash = suffix.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? "" : suffix[hash..];
    }
}
