using System.Buffers;
using System.Collections.Frozen;
using System.Text.RegularExpressions;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Runtime.Assets.Packing;

/// <summary>
/// The addresses of other hosts that stand in the packages' own files, and what each becomes on the hub. How often each
/// occurs is asserted per version, and a host that is neither rewritten nor known to be inert fails the packing: a page
/// must not be able to leave the hub because a new release names something new.
/// </summary>
internal static partial class CdnLiterals
{
    // Read from the packages themselves. Each literal stands twice: in the page's code and in the worker's, which is a string in it.
    private static readonly FrozenDictionary<string, int> CoreUpTo03 = Counts(
        ("pyodide", 2), ("micropython", 2), ("toml", 2), ("ruby", 2), ("lua", 2), ("mip", 2), ("github", 2));

    private static readonly FrozenDictionary<string, int> CoreWithRubyLuaAndR = Counts(
        ("pyodide", 2), ("micropython", 2), ("ruby", 2), ("lua", 2), ("r", 2), ("mip", 2), ("github", 2));

    private static readonly FrozenDictionary<string, int> CoreOfPythonAlone = Counts(
        ("pyodide", 2), ("micropython", 2), ("mip", 2), ("github", 2));

    // pyodide.mjs and pyodide.js, once each: where wheels are looked for that do not lie beside the lock file.
    private static readonly FrozenDictionary<string, int> PyodideWheels = Counts(("wheels", 2));

    private static readonly FrozenDictionary<string, int> None = Counts();

    // core's version → its literals, and the polyscript that it was built with, where that is known: its package.json names a range alone.
    private static readonly FrozenDictionary<string, (FrozenDictionary<string, int> Counts, string? Polyscript)> Cores =
        new Dictionary<string, (FrozenDictionary<string, int>, string?)>(StringComparer.Ordinal)
        {
            ["0.3.14"] = (CoreUpTo03, null),
            ["0.3.23"] = (CoreUpTo03, null),
            ["0.4.32"] = (CoreWithRubyLuaAndR, null),
            ["0.5.12"] = (CoreWithRubyLuaAndR, null),
            ["0.6.20"] = (CoreWithRubyLuaAndR, null),
            ["0.6.25"] = (CoreWithRubyLuaAndR, null),
            ["0.6.26"] = (CoreWithRubyLuaAndR, null),
            ["0.6.30"] = (CoreWithRubyLuaAndR, null),
            ["0.6.35"] = (CoreWithRubyLuaAndR, null),
            ["0.6.39"] = (CoreWithRubyLuaAndR, null),
            ["0.7.4"] = (CoreWithRubyLuaAndR, null),
            ["0.7.10"] = (CoreWithRubyLuaAndR, null),
            ["0.7.11"] = (CoreWithRubyLuaAndR, "0.19.10"),
            ["0.7.12"] = (CoreWithRubyLuaAndR, "0.20.2"),
            ["0.7.17"] = (CoreWithRubyLuaAndR, "0.20.9"),
            ["0.7.18"] = (CoreWithRubyLuaAndR, "0.20.11"),
            ["0.7.28"] = (CoreOfPythonAlone, "0.20.14"),
            ["0.7.30"] = (CoreOfPythonAlone, "0.20.16"),
            ["0.7.31"] = (CoreOfPythonAlone, "0.20.18"),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FrozenDictionary<string, int>> Polyscripts =
        new Dictionary<string, FrozenDictionary<string, int>>(StringComparer.Ordinal)
        {
            ["0.20.20"] = CoreOfPythonAlone,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What may stay: text that nothing fetches. Prefix → why.</summary>
    public static readonly FrozenDictionary<string, string> Inert = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["http://www.w3.org/"] = "namespaces of SVG and XML",
        ["http://0.0.0.0\""] = "compared with the page's own address, so that it moves to localhost",
        ["https://packages.pyscript.net/?q="] = "a link in a console warning about a package that Pyodide lacks",
        ["https://docs.pyscript.net/"] = "a link in an error message",
        ["https://pyscript.github.io/docs/"] = "a link in an error message",
        ["https://github.com/pyscript/pyscript/issues/"] = "a comment in stdlib files",
        ["https://github.com/microsoft/TypeScript/blob/"] = "a comment in stdlib files",
        ["https://developer.mozilla.org/"] = "comments, and docstrings of pyscript.web",
        ["https://www.jsdelivr.com/using-sri"] = "the header that jsdelivr's minifier writes",
        ["https://github.com/jsdelivr/jsdelivr/issues/"] = "the header that jsdelivr's minifier writes",
        ["http://bellard.org/jslinux/"] = "xterm's acknowledgement",
        ["https://emscripten.org/docs/"] = "a link in Emscripten's error messages",
        ["http://kripken.github.io/emscripten-site/docs/"] = "a link in Emscripten's error messages",
        ["https://github.com/emscripten-core/emscripten/pull/"] = "a comment in MicroPython's unminified loader",
        ["https://github.com/github/fetch/pull/"] = "a comment in MicroPython's unminified loader",
        ["https://github.com/google/closure-compiler/"] = "a comment in MicroPython's unminified loader",
        ["https://github.com/nodejs/help/issues/"] = "a comment in MicroPython's unminified loader",
        ["http://en.wikipedia.org/wiki/UTF-8"] = "a comment in MicroPython's unminified loader",
        ["http://unicode.org/faq/"] = "a comment in MicroPython's unminified loader",
        ["http://site.com/etc/etc"] = "a comment in MicroPython's unminified loader",
        ["https://tools.ietf.org/html/"] = "a comment in MicroPython's unminified loader",
        ["https://www.ietf.org/rfc/"] = "a comment in MicroPython's unminified loader",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // {0} is the runtime's address, ${version} what stood where the version belongs.
    private static readonly (string Name, Regex Pattern, string Replacement)[] Rewrites =
    [
        ("pyodide", PyodideModule(), "{0}/pyodide/${version}/pyodide.mjs"),
        ("wheels", PyodideFolder(), "{0}/pyodide/${version}/"),
        ("micropython", MicropythonModule(), "{0}/micropython/${version}/micropython.mjs"),
        ("toml", TomlModule(), "{0}/basic-toml/${version}/es.js"),
        ("mip", MipIndex(), "{0}/pi/v2"),
        ("github", GithubRaw(), "{0}/github/"),
        ("ruby", RubyModule(), "{0}/refused/ruby/${version}"),
        ("lua", LuaModule(), "{0}/refused/lua/${version}"),
        ("r", RModule(), "{0}/refused/r/${version}"),
    ];

    private static readonly SearchValues<char> EndOfAddress = SearchValues.Create(" \t\r\n\"'`<>)");

    /// <summary>How often each literal must occur in all packed files of this package together.</summary>
    /// <exception cref="RuntimeAssetsException">Nobody has looked at this version yet.</exception>
    public static FrozenDictionary<string, int> ExpectedIn(NpmPackage package) => package.Name switch
    {
        NpmPackage.Core when Cores.TryGetValue(package.Version, out var core) => core.Counts,
        NpmPackage.Polyscript when Polyscripts.TryGetValue(package.Version, out var counts) => counts,
        NpmPackage.Pyodide => PyodideWheels,
        NpmPackage.Micropython or NpmPackage.Coincident or NpmPackage.BasicToml => None,
        _ => throw new RuntimeAssetsException(
            $"This hub does not know which addresses {package} holds, so it cannot be sure that pages would stay on the hub. " +
            "A newer hub may know it."),
    };

    /// <summary>The polyscript that this core was built with; null where only a range is known.</summary>
    public static string? PolyscriptOf(string core) => Cores.TryGetValue(core, out var known) ? known.Polyscript : null;

    /// <summary>Turns every address that is fetched into the hub's and counts what it turned.</summary>
    public static string Rewrite(string text, string runtimeUrl, IDictionary<string, int> counts)
    {
        foreach (var (name, pattern, replacement) in Rewrites)
        {
            var found = pattern.Count(text);
            if (found == 0) continue;
            counts[name] = counts.TryGetValue(name, out var before) ? before + found : found;
            text = pattern.Replace(text, replacement.Replace("{0}", runtimeUrl.Replace("$", "$$", StringComparison.Ordinal), StringComparison.Ordinal));
        }

        return text;
    }

    /// <summary>The first address of another host in a text that is not known to be inert, or null.</summary>
    public static string? OutsideHostIn(string text, string runtimeUrl)
    {
        foreach (var match in Address().EnumerateMatches(text))
        {
            var address = text.AsSpan(match.Index, Math.Min(160, text.Length - match.Index));
            if (address.StartsWith(runtimeUrl, StringComparison.Ordinal)) continue;
            var inert = false;
            foreach (var prefix in Inert.Keys)
                inert |= address.StartsWith(prefix, StringComparison.Ordinal);
            if (inert) continue;
            var end = address.IndexOfAny(EndOfAddress);
            return (end < 0 ? address : address[..end]).ToString();
        }

        return null;
    }

    /// <summary>Compares what was found with what must be there.</summary>
    /// <exception cref="RuntimeAssetsException">A literal was found more or less often.</exception>
    public static void AssertCounts(NpmPackage package, IReadOnlyDictionary<string, int> found)
    {
        var expected = ExpectedIn(package);
        foreach (var name in expected.Keys.Union(found.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (want, have) = (expected.GetValueOrDefault(name), found.GetValueOrDefault(name));
            if (want != have)
                throw new RuntimeAssetsException($"{package} holds the address of '{name}' {have} times; {want} were expected, so rewriting it is not safe.");
        }
    }

    /// <summary>The versions of Pyodide and MicroPython that a core (or polyscript) takes where a page names none.</summary>
    /// <exception cref="RuntimeAssetsException">There is no such literal.</exception>
    public static NamedInterpreters InterpretersIn(NpmPackage package, IEnumerable<string> texts)
    {
        List<string> pyodide = [], micropython = [];
        foreach (var text in texts)
        {
            pyodide.AddRange(DefaultPyodide().Matches(text).Select(match => match.Groups["version"].Value));
            micropython.AddRange(DefaultMicropython().Matches(text).Select(match => match.Groups["version"].Value));
        }

        if (pyodide.Count == 0 || micropython.Count == 0)
            throw new RuntimeAssetsException($"{package} does not say which Pyodide and MicroPython it takes.");
        // The page's code comes before the worker's, which is a string in it.
        return new(pyodide[0], micropython[0],
        [
            .. pyodide.Distinct(StringComparer.Ordinal).Select(version => (NpmPackage.Pyodide, version)),
            .. micropython.Distinct(StringComparer.Ordinal).Select(version => (NpmPackage.Micropython, version)),
        ]);
    }

    private static FrozenDictionary<string, int> Counts(params (string Name, int Count)[] counts) =>
        counts.ToFrozenDictionary(pair => pair.Name, pair => pair.Count, StringComparer.Ordinal);

    // Minifiers call the parameter e or t; pyodide.mjs of 0.24 writes d.version.
    [GeneratedRegex("""https://cdn\.jsdelivr\.net/pyodide/v(?<version>\$\{[\w$]+\})/full/pyodide\.mjs""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex PyodideModule();

    [GeneratedRegex("""https://cdn\.jsdelivr\.net/pyodide/v(?<version>\$\{[\w$.]+\})/full/(?!pyodide\.mjs)""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex PyodideFolder();

    [GeneratedRegex("""https://cdn\.jsdelivr\.net/npm/@micropython/micropython-webassembly-pyscript@(?<version>\$\{[\w$]+\})/micropython\.mjs""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex MicropythonModule();

    [GeneratedRegex("""https://cdn\.jsdelivr\.net/npm/basic-toml@(?<version>\d+\.\d+\.\d+)/es\.js""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex TomlModule();

    [GeneratedRegex("""https://micropython\.org/pi/v2""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex MipIndex();

    [GeneratedRegex("""https://raw\.githubusercontent\.com/""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex GithubRaw();

    [GeneratedRegex("""https://cdn\.jsdelivr\.net/npm/(?:@ruby/3\.2-wasm-wasi|ruby-3_2-wasm-wasi)@(?<version>\$\{[\w$]+\})/[\w./+]+""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex RubyModule();

    [GeneratedRegex("""https://cdn\.jsdelivr\.net/npm/wasmoon@(?<version>\$\{[\w$]+\})/[\w./+]+""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex LuaModule();

    [GeneratedRegex("""https://cdn\.jsdelivr\.net/npm/webr@(?<version>\$\{[\w$]+\})/[\w./+]+""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex RModule();

    [GeneratedRegex("""module:\([\w$]+="(?<version>[^"]+)"\)=>`https://cdn\.jsdelivr\.net/pyodide/""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex DefaultPyodide();

    [GeneratedRegex("""module:\([\w$]+="(?<version>[^"]+)"\)=>`https://cdn\.jsdelivr\.net/npm/@micropython/""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex DefaultMicropython();

    // With slashes that a string or a regular expression escapes too, and addresses without a scheme where a string begins.
    [GeneratedRegex("""(?:\b(?:https?|wss?):(?:\\?/){2}(?=[A-Za-z0-9\[])|(?<=["'`(])//(?=[A-Za-z0-9-]+\.))[A-Za-z0-9.\-\[\]:]+""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Address();
}

/// <summary>The interpreters that a core takes where a page names none.</summary>
/// <param name="Pyodide">On the page's main thread.</param>
/// <param name="Micropython">On the page's main thread.</param>
/// <param name="All">
/// Every npm package that must be there: the workers of core 0.7.28 take Pyodide 0.29.4 although its pages take 0.29.3.
/// </param>
internal sealed record NamedInterpreters(string Pyodide, string Micropython, IReadOnlyList<(string Name, string Version)> All);
