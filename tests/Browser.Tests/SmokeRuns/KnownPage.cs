using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>What a run of a known page must come to.</summary>
public sealed record Expected(SmokeOutcome Outcome)
{
    public bool StillRunning { get; init; }

    /// <summary>A part of the error's type and message, or of what was awaited.</summary>
    public string? Says { get; init; }

    /// <summary>The place of the error, as <c>file:line</c>.</summary>
    public string? At { get; init; }

    /// <summary>The reason of one of the requests.</summary>
    public string? Request { get; init; }

    /// <summary>Modules that must be among those that were imported.</summary>
    public string? Modules { get; init; }

    /// <summary>Packages that its configs ask for.</summary>
    public string? Packages { get; init; }

    /// <summary>A part of a line of the console.</summary>
    public string? Prints { get; init; }
}

/// <summary>A page whose verdict is known, because somebody looked at it in a browser.</summary>
public sealed record KnownPage(string Name, params (string Path, string Text)[] Files)
{
    private const string Core = "https://pyscript.net/releases/2026.7.3/core.js";

    public Expected? Pyodide { get; init; }

    public Expected? Micropython { get; init; }

    /// <summary>Longer than a run may take: these tests are not of how fast a busy machine is.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A page with PyScript around a body, which begins on line 7.</summary>
    public static KnownPage Of(string name, string body, params (string Path, string Text)[] files) => OfCore(name, Core, body, files);

    /// <summary>The same with an older PyScript.</summary>
    public static KnownPage OfRelease(string name, string release, string body, params (string Path, string Text)[] files) =>
        OfCore(name, $"https://pyscript.net/releases/{release}/core.js", body, files);

    public KnownPage Both(Expected expected) => this with { Pyodide = expected, Micropython = expected };

    public KnownPage In(Expected? pyodide, Expected? micropython) => this with { Pyodide = pyodide, Micropython = micropython };

    public IEnumerable<(Interpreter Interpreter, Expected Expected)> Verdicts()
    {
        if (Pyodide is not null) yield return (Interpreter.Pyodide, Pyodide);
        if (Micropython is not null) yield return (Interpreter.Micropython, Micropython);
    }

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
