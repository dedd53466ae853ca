using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>What a run of a known page must come to.</summary>
/// <param name="Says">A part of the error's type and message, or of what was awaited.</param>
/// <param name="At">The place of the error, as <c>file:line</c>.</param>
public sealed record Expected(SmokeOutcome Outcome, bool StillRunning = false, string? Says = null, string? At = null, string? Requests = null, string? Modules = null, string? Prints = null);

/// <summary>A page whose verdict is known, because somebody looked at it in a browser.</summary>
public sealed record KnownPage(string Name, params (string Path, string Text)[] Files)
{
    private const string Core = "https://pyscript.net/releases/2026.7.3/core.js";

    public Expected? Pyodide { get; init; }

    public Expected? Micropython { get; init; }

    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>A page around a body, with PyScript of a release.</summary>
    public static KnownPage Of(string name, string body, params (string Path, string Text)[] files) => OfCore(name, Core, body, files);

    public static KnownPage OfRelease(string name, string release, string body, params (string Path, string Text)[] files) =>
        OfCore(name, $"https://pyscript.net/releases/{release}/core.js", body, files);

    public KnownPage Both(Expected expected) => this with { Pyodide = expected, Micropython = expected };

    public KnownPage In(Expected? pyodide, Expected? micropython) => this with { Pyodide = pyodide, Micropython = micropython };

    public IEnumerable<(Interpreter Interpreter, Expected Expected)> Verdicts()
    {
        if (Pyodide is not null) yield return (Interpreter.Pyodide, Pyodide);
        if (Micropython is not null) yield return (Interpreter.Micropython, Micropython);
    }

    // The body begins on line 7.
    private static KnownPage OfCore(string name, string core, string body, (string Path, string Text)[] files) => new(name, [
        ("index.html", $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>{name}</title>
            <link rel="stylesheet" href="{core.Replace("core.js", "core.css", StringComparison.Ordinal)}">
            <script type="module" src="{core}"></script></head>
            <body>
            {body}
            </body></html>
            """),
        .. files]);
}
