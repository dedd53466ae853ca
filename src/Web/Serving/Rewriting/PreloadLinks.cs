using System.Text;
using System.Text.RegularExpressions;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>
/// Links that let the browser fetch at once what core would ask for one after the other. Only what the page is sure to use:
/// Chromium warns of a preload that nobody takes, and what a worker fetches does not come out of the page's preloads.
/// </summary>
static partial class PreloadLinks
{
    private const int MostFiles = 16;

    private static readonly string[] PyodideModules = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.js"];
    private static readonly string[] PyodideData = ["pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

    /// <summary>The links of a page, one behind the other, without a line break: the lines of the page keep their numbers.</summary>
    public static string For(HtmlSource source, InterpreterSwitch change, PageFacts facts, RewriteRequest request, bool mayBeRelative)
    {
        var links = new StringBuilder();
        var (release, files, runtime, locked) = request.Map;
        var core = source.Tags.FirstOrDefault(tag => tag is { Name: "script", IsHtml: true, IsInert: false, Element: not null }
            && tag["src"] is { } src && RuntimeAddress.Parse(src.Value) is { IsCore: true });
        if (core is null) return "";

        var folder = $"/pyscript/{release.Core}/";
        foreach (var name in files.In(folder).Where(name => CoreChunk().IsMatch(name))) Module(links, runtime + locked + folder + name);

        // `offline` makes core take the interpreters from beside itself.
        if (core["offline"] is null)
        {
            foreach (var interpreter in new[] { Interpreter.Pyodide, Interpreter.Micropython }) OfInterpreter(interpreter);
        }

        if (mayBeRelative)
        {
            foreach (var address in OwnFiles(source, change, request.IsLedFile).Distinct(StringComparer.Ordinal).Take(MostFiles)) Data(links, address);
        }

        return links.ToString();

        void OfInterpreter(Interpreter interpreter)
        {
            if (!facts.Scripts.Any(script => script.Interpreter == interpreter && !script.IsWorker && script.Type is "py" or "mpy")) return;
            if (ConfigText(source, change, interpreter, request.ReadProjectFile) is not { } config || OwnInterpreter().IsMatch(config)) return;
            if (interpreter is Interpreter.Pyodide)
            {
                var home = $"/pyodide/{release.Pyodide}/";
                if (locked.Length > 0) Module(links, $"{runtime}{locked}{home}pyodide.mjs");
                foreach (var name in PyodideModules.Where(name => files.Has(home + name))) Module(links, runtime + home + name);
                foreach (var name in PyodideData.Where(name => files.Has(home + name))) Data(links, runtime + home + name);
            }
            else
            {
                var home = $"/micropython/{release.Micropython}/";
                if (files.Has(home + "micropython.mjs")) Module(links, runtime + home + "micropython.mjs");
                // `ulab` and `debug` take another build.
                if (files.Has(home + "micropython.wasm") && !OwnBuild().IsMatch(config)) Data(links, runtime + home + "micropython.wasm");
            }
        }
    }

    // What core fetches on main: the sources of scripts, workers' too, and the config.
    private static IEnumerable<string> OwnFiles(HtmlSource source, InterpreterSwitch change, Func<string, bool>? isLed)
    {
        foreach (var tag in source.Tags.Where(tag => !tag.IsInert && tag.Element is not null))
        {
            var isScript = (tag.Name is "script" && change.OfType(tag["type"]?.Value ?? "") is "py" or "mpy") || tag.Name is "py-script" or "mpy-script";
            if (isScript && tag["src"] is { } src && IsOwn(src.Value)) yield return src.Value;
            if (isScript && tag["worker"] is { Value: { Length: > 0 } worker } && IsOwn(worker)) yield return worker;
            if (isScript && tag["worker"] is null && tag["config"] is { } config && IsFile(config.Value) && IsOwn(config.Value) && isLed?.Invoke(config.Value) is not true) yield return config.Value;
            if (tag.Name is "py-config" or "mpy-config" && tag["src"] is { } file && IsOwn(file.Value) && isLed?.Invoke(file.Value) is not true) yield return file.Value;
        }
    }

    // The text of the config that main uses: empty without one, null where it cannot be known.
    private static string? ConfigText(HtmlSource source, InterpreterSwitch change, Interpreter interpreter, Func<string, string?>? read)
    {
        var type = interpreter is Interpreter.Pyodide ? "py" : "mpy";
        foreach (var tag in source.Tags.Where(tag => tag.Element is not null))
        {
            string? config = null;
            if (change.OfTag(tag.Name) == type + "-config") config = tag["src"]?.Value ?? tag.Element!.TextContent;
            else if (tag["worker"] is null
                && (change.OfTag(tag.Name) == type + "-script" || (tag.Name == "script" && change.OfType(tag["type"]?.Value ?? "") == type)))
            {
                // The attributes of the older PolyScript that name a version beside any config.
                if (tag["version"] is not null || tag["interpreter"] is not null) return null;
                config = tag["config"]?.Value;
            }

            if (config is null) continue;
            return IsFile(config) ? IsOwn(config) ? read?.Invoke(config) : null : config;
        }

        return "";
    }

    private const int LongestAddress = 2000;

    // As core tells a file from text: an ending, and no braces of JSON around it.
    internal static bool IsFile(string config) => config.Length <= LongestAddress && FileEnding().IsMatch(config.Trim()) && !config.TrimStart().StartsWith('{');

    private static bool IsOwn(string address) => address.Length > 0 && !address.StartsWith("//", StringComparison.Ordinal) && !Scheme().IsMatch(address);

    private static void Module(StringBuilder links, string address) =>
        links.Append("<link rel=\"modulepreload\" href=\"").Append(Escaped(address)).Append("\" crossorigin>");

    private static void Data(StringBuilder links, string address) =>
        links.Append("<link rel=\"preload\" as=\"fetch\" href=\"").Append(Escaped(address)).Append("\" crossorigin>");

    private static string Escaped(string value) =>
        value.Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);

    [GeneratedRegex(@"^core(-[\w-]+)?\.js$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CoreChunk();

    [GeneratedRegex(@"\b(interpreter|version)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OwnInterpreter();

    [GeneratedRegex(@"\b(ulab|debug)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OwnBuild();

    [GeneratedRegex(@"\.\w+(?:\?\S*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileEnding();

    [GeneratedRegex(@"^\s*[a-zA-Z][a-zA-Z0-9+.-]*:", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Scheme();
}
