using System.IO.Compression;
using System.Reflection;
using System.Text;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Bundled;

/// <summary>The project in whose pages modules are tried: a page for each interpreter, both with <c>attempt.py</c>.</summary>
internal static class Pages
{
    /// <summary>The page of an interpreter.</summary>
    public static string PathOf(Interpreter interpreter) => $"{Interpreters.WordOf(interpreter)}.html";

    /// <summary>The page of MicroPython's other build, which has <c>ulab</c>.</summary>
    public const string Ulab = "micropython-ulab.html";

    /// <summary>The project as an archive that the hub imports; its pages name the release.</summary>
    public static byte[] Zip(string release)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, PathOf(Interpreter.Pyodide), Page(release, "py"));
            Add(zip, PathOf(Interpreter.Micropython), Page(release, "mpy"));
            Add(zip, Ulab, Page(release, "mpy", """ config='{"packages": ["ulab"]}'"""));
            Add(zip, "attempt.py", Text("attempt.py"));
            Add(zip, "data.json", """{"a": 1}""");
        }
        return stream.ToArray();
    }

    /// <summary>A file that the program carries.</summary>
    public static string Text(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Page(string release, string type, string attributes = "") => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Modules</title>
        <script type="module" src="https://pyscript.net/releases/{release}/core.js"></script></head>
        <body><script type="{type}" src="attempt.py"{attributes}></script></body>
        </html>
        """;

    private static void Add(ZipArchive zip, string path, string text)
    {
        using var target = zip.CreateEntry(path).Open();
        target.Write(Encoding.UTF8.GetBytes(text));
    }
}
