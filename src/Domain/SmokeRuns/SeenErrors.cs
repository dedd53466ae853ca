using System.Globalization;
using System.Text.RegularExpressions;

namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>What an error that a page showed is called, says, and where in the project it came from.</summary>
static partial class SeenErrors
{
    private const int LongestMessage = 1_000;
    private const int LongestTraceback = 20_000;
    private const int LongestType = 100;

    // What interpreters call code that came from no file.
    private static readonly HashSet<string> s_nameless = new(StringComparer.Ordinal) { "<exec>", "<stdin>", "<string>", "<input>", "<console>", "<eval>" };

    public static SmokeError Describe(SeenError seen, PageObservation page)
    {
        if (PythonTraceback.Read(seen.Text) is { } python)
        {
            var (file, line) = Place(python, seen, page);
            return new SmokeError(Cut(python.Type, LongestType), Cut(Explain(python, page) ?? python.Message), Cut(python.Text, LongestTraceback), file, line);
        }
        var first = seen.Text.Trim().Split('\n')[0].Trim();
        if (PyScriptCode().Match(first) is { Success: true } coded)
        {
            var rest = seen.Text.Trim()[coded.Length..].ReplaceLineEndings(" ").Trim();
            return new SmokeError(coded.Groups["code"].Value, Cut(rest), null, NamedFile(rest, page) ?? page.Page, null);
        }
        var parts = Headline().Match(first);
        var (type, message) = parts.Success ? (parts.Groups["type"].Value, parts.Groups["message"].Value) : ("Error", first);
        if (seen.Place is not ErrorPlace.JavaScript) return new SmokeError(type, Cut(message), null, NamedFile(message, page), null);
        var (script, at) = JavaScriptPlace(seen.Text, page);
        return new SmokeError(type, Cut(message), null, script, at);
    }

    // Why a project that was written for the other interpreter does not start in this one.
    private static string? Explain(PythonTraceback error, PageObservation page)
    {
        if (error.Type is not ("ModuleNotFoundError" or "ImportError")) return null;
        var match = NoModule().Match(error.Message);
        if (!match.Success) match = PyodidePackage().Match(error.Message);
        if (!match.Success) return null;
        var module = match.Groups["name"].Value.Split('.')[0];
        // What installs packages is none that a page means to have.
        if (module == "micropip")
            return page.Packages.Count > 0 ? $"asks for packages that could not be loaded: {string.Join(", ", page.Packages)}" : "needs packages, and micropip, which installs them, could not be loaded";
        var isProjects = page.Files.Any(file => file.Equals(module + ".py", StringComparison.Ordinal)
            || file.EndsWith($"/{module}.py", StringComparison.Ordinal) || file.EndsWith($"{module}/__init__.py", StringComparison.Ordinal));
        if (isProjects) return $"imports {module}, a file of the project that no config fetches";
        if (page.Packages.Any(package => Same(package, module))) return $"imports {module}, which its config asks for and which could not be loaded";
        var isPackage = page.Interpreter is Interpreter.Pyodide && error.Text.Contains("included in the Pyodide distribution", StringComparison.Ordinal);
        return isPackage ? $"imports {module}, a package of Pyodide that its config does not ask for" : $"imports {module}, which {Interpreters.NameOf(page.Interpreter)} does not have";

        static bool Same(string package, string module) =>
            VersionMark().Split(package)[0].Trim().Replace('-', '_').Equals(module, StringComparison.OrdinalIgnoreCase);
    }

    // The innermost line of the project that the error passed through.
    private static (string? File, int? Line) Place(PythonTraceback error, SeenError seen, PageObservation page)
    {
        foreach (var frame in error.Frames.Reverse())
        {
            if (!s_nameless.Contains(frame.File))
            {
                if (FileOf(frame.File, page) is { } file) return (file, frame.Line);
            }
            else if (ScriptOf(frame, seen, page) is { File: not null } script)
            {
                return (script.File, script.FirstLine + frame.Line - 1);
            }
        }
        return (page.Scripts.FirstOrDefault(script => script.Id == seen.Script)?.File, null);
    }

    // Scripts of one thread share one interpreter: code that has no name may be another's than the script that was running.
    private static SeenScript? ScriptOf(TracebackFrame frame, SeenError seen, PageObservation page)
    {
        var own = page.Scripts.FirstOrDefault(script => script.Id == seen.Script);
        if (own is { Kind: not (ScriptKind.Main or ScriptKind.Game) }) return own;
        var candidates = page.Scripts.Where(script => script.Kind is ScriptKind.Main or ScriptKind.Game && script.ReadyMs is not null).ToList();
        var isNamed = frame.Function.Length > 0 && frame.Function[0] != '<';
        var defining = isNamed ? candidates.Where(script => Defines(script.Text, frame.Function)).ToList() : [];
        if (defining.Count > 0) return defining.Contains(own!) ? own : defining[^1];
        return own ?? (candidates.Count == 1 ? candidates[0] : candidates.LastOrDefault(script => script.Text.Count(c => c == '\n') + 1 >= frame.Line));
    }

    private static bool Defines(string code, string function)
    {
        var name = function[(function.LastIndexOf('.') + 1)..];
        return code.Contains($"def {name}(", StringComparison.Ordinal) || code.Contains($"def {name} (", StringComparison.Ordinal);
    }

    private static string? FileOf(string name, PageObservation page)
    {
        if (name.StartsWith("/lib/python", StringComparison.Ordinal) || name.StartsWith('<') || name.Contains(".zip/", StringComparison.Ordinal)) return null;
        if (name.Contains("://", StringComparison.Ordinal)) return OfAddress(name, page);
        var path = name.StartsWith("/home/pyodide/", StringComparison.Ordinal) ? name["/home/pyodide/".Length..] : name;
        while (path.StartsWith("./", StringComparison.Ordinal) || path.StartsWith('/')) path = path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (page.Targets.TryGetValue(path, out var source) && page.Files.Contains(source)) return source;
        if (page.Files.Contains(path)) return path;
        var last = path[(path.LastIndexOf('/') + 1)..];
        var same = page.Files.Where(file => file == last || file.EndsWith("/" + last, StringComparison.Ordinal)).Take(2).ToList();
        return same.Count == 1 ? same[0] : null;
    }

    private static string? OfAddress(string address, PageObservation page)
    {
        if (page.Root.Length == 0 || !address.StartsWith(page.Root, StringComparison.Ordinal)) return null;
        var path = Uri.UnescapeDataString(address[page.Root.Length..].Split('?', '#')[0]);
        if (path.Length == 0) path = page.Page;
        return page.Files.Contains(path) ? path : null;
    }

    private static (string? File, int? Line) JavaScriptPlace(string stack, PageObservation page)
    {
        foreach (Match match in JavaScriptPlaceName().Matches(stack))
        {
            if (OfAddress(match.Groups["address"].Value, page) is not { } file) continue;
            return (file, int.TryParse(match.Groups["line"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? line : null);
        }
        return (null, null);
    }

    // The file that a message of PyScript is about.
    private static string? NamedFile(string message, PageObservation page)
    {
        foreach (var word in message.Split([' ', '"', '\'', '(', ')', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var path = word.StartsWith("./", StringComparison.Ordinal) ? word[2..] : word;
            if (page.Files.Contains(path)) return path;
            if (OfAddress(word, page) is { } file) return file;
        }
        return null;
    }

    private static string Cut(string text, int most = LongestMessage) => text.Length <= most ? text : text[..most] + "…";

    [GeneratedRegex(@"^\((?<code>PY\d{4})\):?\s*", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex PyScriptCode();

    [GeneratedRegex(@"^(?:Uncaught )?(?:\(in promise\) )?(?<type>(?:[A-Za-z_][\w.]{0,100})?(?:Error|Exception|Exit|Interrupt)): ?(?:Error: ?)?(?<message>.*)$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Headline();

    [GeneratedRegex("""^[Nn]o module named '?(?<name>[\w.]+)'?""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex NoModule();

    [GeneratedRegex("""^The module '(?<name>[\w.]+)' """, RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex PyodidePackage();

    [GeneratedRegex("[<>=!~;@\\[ ]", RegexOptions.None, 1_000)]
    private static partial Regex VersionMark();

    [GeneratedRegex(@"(?<address>https?://[^\s()]{1,2000}?):(?<line>\d{1,7}):\d{1,7}", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex JavaScriptPlaceName();
}
